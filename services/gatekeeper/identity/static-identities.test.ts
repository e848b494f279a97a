import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { hashPassword } from './password.js';
import { StaticIdentities } from './static-identities.js';

const TOKEN = 'a-token-that-is-long-enough';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const silent = pino({ level: 'silent' });

let directory: string;
let file: string;
let identities: StaticIdentities | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-identity-'));
  file = join(directory, 'identity.yaml');
});
afterEach(async () => {
  await identities?.close();
  identities = undefined;
  rmSync(directory, { recursive: true });
});

const tenants = [{ id: 22, path: 'acme', projects: [{ id: 7, path: 'acme/shop' }] }];
const write = (content: object) => writeFileSync(file, stringify({ tenants, ...content }));
const open = async () => {
  identities = await StaticIdentities.open(file, silent);
  return identities;
};

describe('tokens', () => {
  it('are found by their hash, with scopes and what they cover', async () => {
    write({
      tokens: [
        { name: 'ingest', sha256: sha256(TOKEN), project: 7, scopes: ['write_observability'] },
        { name: 'admin', token: 'another-token-in-clear', tenant: 22, scopes: ['api'] },
      ],
    });
    const known = await open();
    expect(await known.findByToken(TOKEN)).toEqual({
      name: 'ingest',
      kind: 'token',
      scopes: ['write_observability'],
      coverage: { projectId: 7n },
    });
    expect(await known.findByToken('another-token-in-clear')).toMatchObject({
      name: 'admin',
      coverage: { tenantId: 22 },
    });
    expect(await known.findByToken('nobody’s')).toBeUndefined();
    expect(await known.findByToken(sha256(TOKEN))).toBeUndefined();
  });

  it('follow the file while running; a broken file changes nothing', async () => {
    write({ tokens: [{ name: 'first', sha256: sha256(TOKEN), project: 7, scopes: ['api'] }] });
    const known = await open();
    writeFileSync(file, 'tokens: [{ name: 1');
    const next = 'the-next-token-long-enough';
    write({ tokens: [{ name: 'second', sha256: sha256(next), project: 7, scopes: ['api'] }] });
    await vi.waitFor(async () => expect(await known.findByToken(next)).toMatchObject({ name: 'second' }), {
      timeout: 5_000,
    });
    expect(await known.findByToken(TOKEN)).toBeUndefined();
  });
});

describe('users', () => {
  it('are known by the right password only', async () => {
    write({
      users: [
        {
          username: 'dev',
          password_scrypt: await hashPassword('correct horse'),
          tenant: 22,
          role: 'developer',
        },
      ],
    });
    const known = await open();
    expect(await known.findByPassword('dev', 'correct horse')).toMatchObject({
      name: 'dev',
      kind: 'user',
      coverage: { tenantId: 22 },
    });
    expect(await known.findByPassword('dev', 'wrong')).toBeUndefined();
    expect(await known.findByPassword('nobody', 'no such user')).toBeUndefined();
  });

  it('without a password cannot sign in with one', async () => {
    write({ users: [{ username: 'sso', tenant: 22, role: 'owner' }] });
    expect(await (await open()).findByPassword('sso', 'no such user')).toBeUndefined();
  });
});

describe('a wrong file', () => {
  it('is refused as a whole, every fault named, no secret shown', async () => {
    write({
      tokens: [
        { name: 'x', token: 'secret-that-must-not-show', sha256: sha256(TOKEN), project: 7, scopes: ['api'] },
        { name: 'y', sha256: 'short', project: 7, scopes: ['everything'] },
      ],
    });
    const error: Error = await open().then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.message).toContain('tokens.0: needs exactly one of sha256 and token');
    expect(error.message).toContain('tokens.1.sha256');
    expect(error.message).toContain('tokens.1.scopes.0');
    expect(error.message).not.toContain('secret-that-must-not-show');
  });

  it.each([
    [
      { tenants: [...tenants, { id: 23, path: 'other', projects: [{ id: 7, path: 'other/shop' }] }] },
      'project 7 occurs more than once',
    ],
    [
      { tokens: [{ name: 'x', sha256: sha256(TOKEN), project: 8, scopes: ['api'] }] },
      'tokens.0.project: there is no project 8',
    ],
    [
      {
        tokens: [
          { name: 'x', sha256: sha256(TOKEN), project: 7, scopes: ['api'] },
          { name: 'y', token: TOKEN, tenant: 22, scopes: ['api'] },
        ],
      },
      'tokens: x and y are the same token',
    ],
    [{ users: [{ username: 'x', tenant: 9, role: 'owner' }] }, 'users.0.tenant: there is no tenant 9'],
  ])('is refused when it contradicts itself (%#)', async (content, message) => {
    write(content);
    await expect(open()).rejects.toThrowError(message);
  });

  it.each(['3$8$1', '0$8$1', '32768$0$1', '32768$8$0', '1048576$8$1', '32768$8$1000000'])(
    'is refused when a password hash cannot be computed: %s',
    async (parameters) => {
      const password_scrypt = `scrypt$${parameters}$c2FsdA==$aGFzaA==`;
      write({ users: [{ username: 'x', password_scrypt, tenant: 22, role: 'owner' }] });
      await expect(open()).rejects.toThrowError(/users\.0\.password_scrypt: needs N that is a power of two/);
    },
  );
});
