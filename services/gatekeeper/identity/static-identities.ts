import {
  type IdentityCertificate,
  type IdentityFile,
  type IdentityToken,
  type IdentityUser,
  readIdentityFile,
} from '../../../lib/config/identity-file.js';
import { watchFile } from '../../../lib/config/watch-file.js';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { sha256Hex } from '../keys/digest.js';
import { type CertificateFacts, type CertificateRule, certificateRule } from './certificate-facts.js';
import type {
  CertificateIdentityProvider,
  Identity,
  PasswordIdentityProvider,
  TokenIdentityProvider,
} from './identity.js';
import { hashPassword, verifyPassword } from './password.js';

/** What a role may do; the names are GitLab's. */
const SCOPES_BY_ROLE: Readonly<Record<IdentityUser['role'], readonly string[]>> = {
  developer: ['read_observability', 'write_observability'],
  maintainer: ['api'],
  owner: ['api'],
};

/** Identities of the static file. Follows the file while running; a broken file leaves the last good state in force. */
export class StaticIdentities
  implements TokenIdentityProvider, CertificateIdentityProvider, PasswordIdentityProvider, Closable
{
  readonly #byTokenHash = new Map<string, Identity>();
  readonly #adminByTokenHash = new Map<string, string>();
  readonly #byUsername = new Map<string, { identity: Identity; passwordHash: string | undefined }>();
  #byCertificate: readonly { readonly matches: CertificateRule; readonly identity: Identity }[] = [];
  readonly #logger: Logger;
  /** Compared against when a user does not exist, so that both answers take as long. */
  #decoyHash = hashPassword('no such user');
  #watcher: Closable | undefined;

  private constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Without a file nobody is known. A file that is wrong at the start is an error. */
  static async open(path: string | undefined, logger: Logger): Promise<StaticIdentities> {
    const identities = new StaticIdentities(logger);
    if (path === undefined) {
      logger.warn('IDENTITY_FILE is not set: no credential is known, every request will be refused');
      return identities;
    }
    identities.#load(await readIdentityFile(path));
    identities.#watcher = await watchFile(path, () => identities.#reload(path));
    return identities;
  }

  async findByToken(token: string): Promise<Identity | undefined> {
    return this.#byTokenHash.get(sha256Hex(token));
  }

  /** Name of the administrator of the instance with this token. */
  findAdmin(token: string): string | undefined {
    return this.#adminByTokenHash.get(sha256Hex(token));
  }

  /** Where several entries fit, the first in the file. */
  findByCertificate(facts: CertificateFacts): Identity | undefined {
    return this.#byCertificate.find(({ matches }) => matches(facts))?.identity;
  }

  async findByPassword(username: string, password: string): Promise<Identity | undefined> {
    const user = this.#byUsername.get(username);
    const matches = await verifyPassword(password, user?.passwordHash ?? (await this.#decoyHash));
    return matches && user?.passwordHash !== undefined ? user.identity : undefined;
  }

  findByUsername(username: string): Identity | undefined {
    return this.#byUsername.get(username)?.identity;
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
  }

  async #reload(path: string): Promise<void> {
    try {
      this.#load(await readIdentityFile(path));
      this.#logger.info({ path }, 'identity file reloaded');
    } catch (error) {
      this.#logger.error(
        { reason: messageOf(error) },
        'identity file not reloaded, the previous one stays in force',
      );
    }
  }

  #load(file: IdentityFile): void {
    this.#byTokenHash.clear();
    this.#byUsername.clear();
    this.#adminByTokenHash.clear();
    for (const { name, sha256 } of file.admins) this.#adminByTokenHash.set(sha256, name);
    for (const entry of file.tokens) this.#byTokenHash.set(this.#hashOf(entry), tokenIdentity(entry));
    this.#byCertificate = file.client_certificates.map((entry) => ({
      matches: certificateRule(entry),
      identity: certificateIdentity(entry),
    }));
    for (const entry of file.users)
      this.#byUsername.set(entry.username, {
        identity: userIdentity(entry),
        passwordHash: entry.password_scrypt,
      });
  }

  #hashOf(entry: IdentityToken): string {
    if (entry.sha256 !== undefined) return entry.sha256;
    this.#logger.warn(
      { name: entry.name },
      'the identity file holds this token in clear; write its sha256 instead',
    );
    return sha256Hex(entry.token ?? '');
  }
}

function tokenIdentity({ name, scopes, project, tenant }: IdentityToken): Identity {
  const coverage = project === undefined ? { tenantId: tenant ?? 0 } : { projectId: BigInt(project) };
  return { name, kind: 'token', scopes, coverage };
}

function certificateIdentity({ project, scopes, ...entry }: IdentityCertificate): Identity {
  const name = entry.subject ?? entry.uri ?? entry.dns ?? `sha256:${entry.sha256}`;
  return { name, kind: 'certificate', scopes, coverage: { projectId: BigInt(project) } };
}

function userIdentity({ username, role, tenant }: IdentityUser): Identity {
  return { name: username, kind: 'user', scopes: SCOPES_BY_ROLE[role], coverage: { tenantId: tenant } };
}
