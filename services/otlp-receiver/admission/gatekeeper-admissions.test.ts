import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type AdmitResponse, AdmitResponseSchema } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { GatekeeperAdmissions } from './gatekeeper-admissions.js';

it('says once that the gatekeeper does not answer, however many exports ask', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const away = () => Promise.reject(new AppError('unavailable', 'No way to the gatekeeper.'));
  const admissions = new GatekeeperAdmissions(
    { admit: away, returnLeases: away, close: () => undefined },
    logger,
  );
  for (let sender = 0; sender < 50; sender++) {
    const question = {
      token: `t${sender}`,
      pathTenantId: 0,
      pathProjectId: 0n,
      signal: 'logs',
      wireBytes: 1,
    } as const;
    await expect(admissions.admit(question)).rejects.toMatchObject({ code: 'unavailable' });
  }
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['the gatekeeper gave no answer']);
  await admissions.close();
});

it('asks about those who are known although very many others are asked about', async () => {
  const admitted = create(AdmitResponseSchema, {
    ...{ tenantId: 22, projectId: 7n, principal: 'shop', database: 'gob_cell_default' },
    limits: { maxRequestBytes: 1_000n, retentionDays: 1 },
    validUntil: timestampFromMs(0),
    lease: { bytes: 1_000n, items: 1_000n, validMs: 1_000, window: { index: 1n, lengthMs: 10_000 } },
  });
  const open = new Set<(answer: AdmitResponse) => void>();
  const admissions = new GatekeeperAdmissions(
    {
      admit: (request) =>
        request.credential?.form?.value === 'known'
          ? Promise.resolve(admitted)
          : new Promise((resolve) => void open.add(resolve)),
      returnLeases: () => Promise.resolve(),
      close: () => undefined,
    },
    pino({ level: 'silent' }),
  );
  const ask = async (token: string) =>
    admissions.admit({ token, pathTenantId: 0, pathProjectId: 0n, signal: 'logs', wireBytes: 1 });
  await ask('known');
  const strangers = Array.from({ length: 384 }, (_, index) => ask(`stranger ${index}`));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(open.size).toBe(128);
  await expect(ask('one more')).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterMs: expect.any(Number),
  });
  expect(await ask('known')).toMatchObject({ tenantId: 22 });
  for (let round = 0; round < 4; round++) {
    for (const answer of open) answer(admitted);
    await turn();
  }
  expect(await Promise.all(strangers)).toHaveLength(384);
  await admissions.close();
});
