import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readIdentityFile } from './identity-file.js';

const directory = mkdtempSync(join(tmpdir(), 'gob-identity-'));
const path = join(directory, 'identity.yaml');
afterAll(() => rmSync(directory, { recursive: true }));

const HASH = 'a'.repeat(64);

it.each([
  ['', /it is empty/],
  [' \n', /it is empty/],
  [`admins: [{ name: a, sha256: ${HASH} }, { name: b, sha256: ${HASH} }]`, /admins: a token is given twice/],
  [
    `admins: [{ name: a, sha256: ${HASH} }]\ntenants: [{ id: 1, path: t }]\ntokens: [{ name: t, sha256: ${HASH}, tenant: 1, scopes: [api] }]`,
    /admins: .* one of the tokens for telemetry/,
  ],
])('%j is refused', async (text, reason) => {
  writeFileSync(path, text);
  await expect(readIdentityFile(path)).rejects.toThrow(reason);
});

it('nobody at all may be meant', async () => {
  writeFileSync(path, 'tenants: []');
  expect(await readIdentityFile(path)).toEqual({
    ...{ admins: [], tenants: [], tokens: [], users: [], client_certificates: [] },
  });
});
