import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAssertionVerifier, signAssertion } from '../../../lib/rpc/assertion.js';
import { eventually } from '../../../test/_util/rest.js';
import { testPrincipal } from '../../../test/_util/signing.js';
import { Assertions } from './assertions.js';
import { loadSigningKeys, openSigningKeys } from './signing-keys.js';

const pemOf = (type: 'ed25519' | 'x25519') => {
  const { privateKey } = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const [before, after] = [pemOf('ed25519'), pemOf('ed25519')];
let directory: string;
let file: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-keys-'));
  file = join(directory, 'signing.pem');
});
afterAll(() => rmSync(directory, { recursive: true }));

it('are changed one after the other while running, and nothing that was signed is refused', async () => {
  writeFileSync(file, before);
  const errors: string[] = [];
  const keys = await openSigningKeys(
    file,
    pino({ level: 'error' }, { write: (line: string) => errors.push(line) }),
  );
  const first = keys.current.keyId;
  // Asks for keys once, and again for a key that it does not know, as the services do.
  const verify = createAssertionVerifier('query', async () => keys.jwksJson);
  const old = await signAssertion(keys.current, testPrincipal(), 'query');
  writeFileSync(file, before + after);
  await eventually(
    async () => JSON.parse(keys.jwksJson).keys.length,
    (count) => count === 2,
  );
  expect(keys.current.keyId).toBe(first);
  await verify(old);
  writeFileSync(file, after + before);
  await eventually(
    async () => keys.current.keyId,
    (keyId) => keyId !== first,
  );
  expect((await verify(old)).kind).toBe('principal');
  expect((await verify(await signAssertion(keys.current, testPrincipal(), 'query'))).kind).toBe('principal');
  // Files that were read while they were written may have been bad before.
  errors.length = 0;
  writeFileSync(file, 'nothing that is a key');
  await eventually(
    async () => errors,
    (lines) => lines.some((line) => line.includes('holds no private key in PEM')),
  );
  expect(JSON.parse(keys.jwksJson).keys).toHaveLength(2);
  await keys.close();
});

it('are Ed25519 keys that can be read, or the message says what is wrong', async () => {
  await expect(loadSigningKeys(join(directory, 'missing.pem'))).rejects.toThrowError(
    /missing.pem cannot be read/,
  );
  writeFileSync(file, 'no key');
  await expect(loadSigningKeys(file)).rejects.toThrowError(/holds no private key in PEM/);
  writeFileSync(file, before + pemOf('x25519'));
  await expect(loadSigningKeys(file)).rejects.toThrowError(/not an Ed25519 key/);
});

it('sign the same answer once in half a minute, and another one for anybody and anything else', async () => {
  let nowMs = Date.now();
  const keys = await loadSigningKeys(undefined);
  const assertions = new Assertions(keys, () => nowMs);
  const sign = async (overrides = {}, audience = 'query') =>
    (await assertions.sign(testPrincipal(overrides), audience)).assertion;
  const first = await sign();
  expect(await sign()).toBe(first);
  const others = [
    await sign({ projectId: 2n }),
    await sign({ principal: 'somebody else' }),
    await sign({ scopes: ['api'] }),
    await sign({ tenantId: 2 }),
    await sign({}, 'tenant-quota'),
  ];
  expect(new Set([first, ...others]).size).toBe(6);
  nowMs += 30_000;
  expect((await assertions.sign(testPrincipal(), 'query')).expiresAtMs).toBe(nowMs + 60_000);
});
