import { pino } from 'pino';
import { expect, it } from 'vitest';
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
