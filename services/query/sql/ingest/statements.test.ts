import { join } from 'node:path';
import { describe } from 'vitest';
import { EVIL, testGoldenStatements } from '../../../../test/_util/golden-statements.js';
import { ingestLedger, ingestRejects, ingestServices } from './ledger.js';

const asked = { range: { startUnixNano: 1_000n, endUnixNano: 2_000n }, signal: EVIL };

describe('statements about what became of exports', () => {
  testGoldenStatements(
    {
      ledger: ingestLedger({ ...asked, service: EVIL }),
      services: ingestServices({ ...asked, byItems: true, limit: 20 }),
      rejects: ingestRejects({ ...asked, service: EVIL, reason: EVIL, limit: 50 }),
    },
    join(import.meta.dirname, 'golden'),
  );
});
