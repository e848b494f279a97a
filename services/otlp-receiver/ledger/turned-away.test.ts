import { expect, it } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import type { NewReject } from './books/reject-book.js';
import { type Arrival, TurnedAway } from './turned-away.js';

const MINUTE_MS = 60_000;

function setUp() {
  const entered: unknown[] = [];
  const lines: unknown[] = [];
  const rejects: NewReject[] = [];
  const turnedAway = new TurnedAway({
    ledger: { turnedAway: (account, reason, bytes) => entered.push([account.tenantId, reason, bytes]) },
    rejects: { record: (reject) => void rejects.push(reject) },
    logger: { warn: (fields: unknown) => void lines.push(fields) },
    operatorsDatabase: 'operators',
  });
  return { turnedAway, entered, lines, rejects };
}

const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  bytes: 5,
  isEntered: false,
  userAgent: 'OTel-OTLP-Exporter-JavaScript/1',
  signal: 'logs',
  ...more,
});
const sender = { tenantId: 22, projectId: 7n, database: 'd' };
const unknown = new AppError('unauthenticated', 'The token is not known.');

it('is entered each time and logged once a minute, with how often it happened', () => {
  const { turnedAway, entered, lines, rejects } = setUp();
  for (const nowMs of [0, 1, MINUTE_MS - 1, MINUTE_MS]) turnedAway.enter(arrival(), unknown, nowMs);
  expect(entered).toEqual(Array(4).fill([undefined, 'unauthenticated', 5]));
  const reject = { tenantId: 0, database: 'operators', detail: 'The token is not known.', bytes: 5 };
  expect(rejects).toMatchObject(Array(4).fill(reject));
  expect(lines).toMatchObject([
    { requests: 1, reason: 'unauthenticated', signal: 'logs' },
    { requests: 3, reason: 'unauthenticated', userAgent: 'OTel-OTLP-Exporter-JavaScript/1' },
  ]);
});

it('tells signals and reasons apart', () => {
  const { turnedAway, lines } = setUp();
  turnedAway.enter(arrival(), unknown, 0);
  turnedAway.enter(arrival({ signal: 'traces', sender }), unknown, 0);
  turnedAway.enter(arrival(), new AppError('rate_limited', 'Too much.'), 0);
  expect(lines).toHaveLength(3);
});

it('leaves alone what is entered by its content', () => {
  const { turnedAway, entered, lines } = setUp();
  turnedAway.enter(arrival({ isEntered: true }), unknown);
  expect([entered, lines]).toEqual([[], []]);
});
