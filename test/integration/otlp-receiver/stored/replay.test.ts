import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeLogs, decodeMetrics, decodeTraces } from '../../../_util/decoded-report.js';
import type { ClientReport } from '../../../_util/otlp-clients.js';
import { expectedOf, expectSameRows, readService } from '../../../_util/stored-rows.js';
import { orderOf, type Replay, readCapture, replay } from '../../../clients/replayer/replay.js';
import type { Signal } from '../../../clients/replayer/transports.js';
import { storedInZstd } from '../clients.js';
import { admission, DATABASE, startTestStack, type TestStack } from '../harness.js';

const CAPTURES = 'test/clients/captures';
const DECODERS = { traces: decodeTraces, metrics: decodeMetrics, logs: decodeLogs };

interface Capture {
  readonly file: string;
  readonly body: Buffer;
  readonly signal: Signal;
  readonly isJson: boolean;
}

const captures: readonly Capture[] = readdirSync(CAPTURES)
  .sort()
  .map((name) => ({
    file: join(CAPTURES, name),
    body: readCapture(join(CAPTURES, name)),
    signal:
      (['traces', 'metrics', 'logs'] as const).find((signal) => name.includes(`-${signal}`)) ?? 'traces',
    isJson: name.includes('.json'),
  }));

/** `js-delta-metrics-2.json.gz` is of the client `js-delta`. */
const clientOf = ({ file }: Capture) => basename(file).replace(/-(traces|metrics|logs).*/, '');
const clients = [...new Set(captures.map(clientOf))];

const reportsOf = ({ body, signal, isJson }: Capture): ClientReport[] => DECODERS[signal](body, isJson);

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

let lastProjectId = 1_000n;

/** A project of its own, which takes what was captured long ago, and its token. */
function newProject(): { readonly projectId: bigint; readonly token: string } {
  lastProjectId++;
  const projectId = lastProjectId;
  stack.gatekeeper.answerWith(() => admission({ projectId, retentionDays: 36_500 }));
  return { projectId, token: `project-${projectId}` };
}

/** Sends one capture as often as `order` says, and expects that all is taken whole. */
async function send(capture: Capture, token: string, order: Partial<Replay>): Promise<number> {
  const isGrpc = order.transport === 'grpc';
  const answers: string[] = [];
  await replay(
    {
      transport: 'http',
      url: isGrpc ? stack.receiver.grpcUrl : stack.receiver.httpUrl,
      signal: capture.signal,
      contentType: capture.isJson ? 'application/json' : undefined,
      headers: { 'private-token': token },
      bodies: [capture.body],
      count: 1,
      concurrency: 1,
      ...order,
    },
    (_turn, { isTaken, answer }) => answers.push(isTaken ? answer.toString() : `refused: ${answer}`),
  );
  expect(answers, capture.file).toEqual(answers.map(() => (capture.isJson ? '{}' : '')));
  return answers.length;
}

describe('captures', () => {
  const ways = [
    { transport: 'http', encoding: 'gzip' },
    { transport: 'http', encoding: 'deflate' },
    { transport: 'http', encoding: 'zstd' },
    { transport: 'http', encoding: undefined },
    { transport: 'grpc', encoding: 'gzip' },
    { transport: 'grpc', encoding: 'identity' },
  ] as const;
  const cases = clients.flatMap((client) =>
    ways
      .filter(({ transport }) => transport === 'http' || !client.includes('delta'))
      .map((way) => ({ client, ...way })),
  );

  it.each(cases)(
    'of $client are stored as ts-proto decodes them, sent by $transport in $encoding',
    async ({ client, transport, encoding }) => {
      const { projectId, token } = newProject();
      const own = captures.filter((capture) => clientOf(capture) === client);
      for (const capture of own) {
        const bodies = [encoding === 'zstd' ? storedInZstd(capture.body) : capture.body];
        await send(capture, token, { transport, encoding, bodies });
      }
      const reports = own.flatMap(reportsOf);
      const service = String(reports[0]?.resource.attributes['service.name']?.value);
      const stored = await readService({ store: stack.store, database: DATABASE }, { service, projectId });
      expectSameRows(stored, expectedOf(...reports));
      expect(stored.spans.length * stored.points.length).toBeGreaterThan(0);
    },
  );

  it('hold exemplars, every kind of point and bodies of every kind', () => {
    const points = captures.flatMap((capture) => expectedOf(...reportsOf(capture)).points);
    expect(new Set(points.map(({ Type }) => Type))).toEqual(
      new Set(['gauge', 'sum', 'histogram', 'exp_histogram']),
    );
    expect(JSON.stringify(points)).toMatch(/"Exemplars.Value":\[\d/);
    const logs = captures.flatMap((capture) => expectedOf(...reportsOf(capture)).logs);
    expect(new Set(logs.map(({ BodyType }) => BodyType))).toEqual(new Set(['string', 'json', 'bytes']));
  });

  it('sent many times at once are acknowledged each time and stored once', async () => {
    const { projectId, token } = newProject();
    const capture = captures.find(({ file }) => file.includes('klio-traces')) as Capture;
    expect(await send(capture, token, { count: 30, concurrency: 5, perSecond: 200 })).toBe(30);
    const service = 'capture-klio';
    const stored = await readService({ store: stack.store, database: DATABASE }, { service, projectId });
    expectSameRows(stored, expectedOf(...reportsOf(capture)));
  });
});

describe('the replayer', () => {
  it('sends by its command line and prints each acknowledgement', { timeout: 60_000 }, async () => {
    const { token } = newProject();
    const order = orderOf([
      ...['--url', stack.receiver.httpUrl, '--signal', 'logs', '--header', `private-token=${token}`],
      ...['--count', '3', '--rate', '100', join(CAPTURES, 'js-logs.pb.gz')],
    ]);
    const statuses: number[] = [];
    await replay(order, (_turn, { status }) => statuses.push(status));
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('refuses orders without bounds that hold, in one line', () => {
    const args = ['--url', 'http://127.0.0.1:1', '--signal', 'logs', 'x.pb'];
    for (const wrong of [
      ['--count', '0'],
      ['--rate', '1e9'],
      ['--concurrency', 'many'],
      ['--header', 'x'],
    ])
      expect(() => orderOf([...wrong, ...args])).toThrow(/^--\w+ is /);
    const run = spawnSync(process.execPath, [
      '--import',
      'tsx',
      'test/clients/replayer/replay.ts',
      '--url',
      'x',
    ]);
    expect([run.status, String(run.stderr).trim()]).toEqual([1, 'replay: --url must be http(s)://host:port']);
  });
});
