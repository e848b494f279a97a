import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError, messageOf } from '../../../../lib/errors/app-error.js';
import type { Kv } from '../../../../lib/kv/kv.js';
import { takeLock } from '../../../../lib/kv/short-lock.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import type { GitlabUsers } from '../../identity/gitlab/gitlab-users.js';
import type { Identity } from '../../identity/identity.js';
import { sha256Hex } from '../../keys/digest.js';
import type { NewSession } from '../sessions.js';
import type { GitlabOauth, TokenPair } from './gitlab-oauth.js';
import { SealedTokens, type SessionTokens } from './sealed-tokens.js';
import { SignIns, type StartedSignIn } from './sign-ins.js';

export interface GitlabSessionsOptions {
  readonly kv: Kv;
  readonly oauth: GitlabOauth;
  readonly users: GitlabUsers;
  /** Of which the key of the tokens is made. */
  readonly secret: string;
  readonly ttlMs: number;
  readonly logger: Logger;
}

const ID_PREFIX = 'gitlab.';
/** A token that ends sooner is refreshed before it is used. */
const REFRESH_AHEAD_MS = 60_000;
/** Longer than a refresh may take. */
const LOCK_MS = 15_000;
const POLL_MS = 25;

const record = z.object({
  sealed: z.string(),
  userId: z.coerce.number(),
  endsMs: z.coerce.number(),
  expiresMs: z.coerce.number(),
});
type SessionRecord = z.infer<typeof record>;

/** Sessions of browsers that GitLab signed in. The store holds digests of their ids, and GitLab's tokens encrypted. */
export class GitlabSessions {
  readonly #options: GitlabSessionsOptions;
  readonly #signIns: SignIns;
  readonly #sealed: SealedTokens;
  readonly #refreshing = new Map<string, Promise<SessionRecord | undefined>>();

  constructor(options: GitlabSessionsOptions) {
    this.#options = options;
    this.#signIns = new SignIns(options.kv, options.oauth);
    this.#sealed = new SealedTokens(options.secret);
  }

  isOwn(sessionId: string): boolean {
    return sessionId.startsWith(ID_PREFIX);
  }

  start(clientAddress: string): Promise<StartedSignIn> {
    return this.#signIns.start(clientAddress);
  }

  /** Always a new session under a new id, whatever the browser had before. */
  async complete(query: string, binding: string): Promise<NewSession> {
    const { kv, users, ttlMs } = this.#options;
    const pair = await this.#signIns.complete(query, binding);
    const { id, username } = await users.whoIs(pair.access);
    const sessionId = `${ID_PREFIX}${randomBytes(32).toString('base64url')}`;
    const key = keyOf(sessionId);
    const expiresAtMs = Date.now() + ttlMs;
    const fields = { userId: String(id), endsMs: String(expiresAtMs), ...this.#fieldsOf(key, pair) };
    await kv.setFields(key, fields, ttlMs);
    return { sessionId, username, expiresAtMs };
  }

  /** Undefined when the session has ended, here or in GitLab. */
  async find(sessionId: string): Promise<Identity | undefined> {
    const key = keyOf(sessionId);
    let found = await this.#read(key);
    if (found && found.expiresMs - Date.now() < REFRESH_AHEAD_MS) found = await this.#refreshed(key);
    const tokens = found && this.#sealed.open(key, found.sealed);
    return found && tokens && this.#options.users.identityOf(tokens.access, found.userId);
  }

  /** Ends it here first; that GitLab forgets the tokens as well is tried once. */
  async end(sessionId: string): Promise<void> {
    const key = keyOf(sessionId);
    const { kv, oauth, logger } = this.#options;
    const tokens = await this.#locked(key, async () => {
      const found = await this.#read(key);
      await kv.delete(key);
      return found && this.#sealed.open(key, found.sealed);
    });
    for (const token of [tokens?.refresh, tokens?.access])
      if (token !== undefined)
        await oauth
          .revoke(token)
          .catch((error) =>
            logger.warn({ reason: messageOf(error) }, 'a token of a session was not revoked'),
          );
  }

  /** A refresh kills the pair before it, so of many requests in many processes exactly one does it. */
  #refreshed(key: string): Promise<SessionRecord | undefined> {
    const running = this.#refreshing.get(key);
    if (running) return running;
    const flight = this.#locked(key, () => this.#refresh(key)).finally(() => this.#refreshing.delete(key));
    this.#refreshing.set(key, flight);
    return flight;
  }

  async #refresh(key: string): Promise<SessionRecord | undefined> {
    const { kv, oauth } = this.#options;
    const found = await this.#read(key);
    if (!found || found.expiresMs - Date.now() >= REFRESH_AHEAD_MS) return found;
    const tokens = this.#sealed.open(key, found.sealed);
    try {
      const pair = tokens?.refresh === undefined ? undefined : await oauth.refresh(tokens.refresh);
      if (pair) await kv.setFields(key, this.#fieldsOf(key, pair), Math.max(1, found.endsMs - Date.now()));
      else await kv.delete(key);
    } catch (error) {
      // What is left of the old one is used up while GitLab is away.
      if (found.expiresMs <= Date.now()) throw error;
      return found;
    }
    return this.#read(key);
  }

  #fieldsOf(key: string, { expiresMs, access, refresh }: TokenPair): Record<string, string> {
    const tokens: SessionTokens = { access, refresh };
    return { sealed: this.#sealed.seal(key, tokens), expiresMs: String(expiresMs) };
  }

  async #read(key: string): Promise<SessionRecord | undefined> {
    const fields = await this.#options.kv.fields(key);
    return fields && record.safeParse(fields).data;
  }

  async #locked<T>(key: string, task: () => Promise<T>): Promise<T> {
    const deadlineMs = performance.now() + LOCK_MS;
    for (;;) {
      const release = await takeLock(this.#options.kv, key, LOCK_MS);
      if (release) return task().finally(release);
      if (performance.now() > deadlineMs)
        throw new AppError('unavailable', 'The session is busy. Try again shortly.', { retryAfterMs: 1_000 });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

const keyOf = (sessionId: string): string => `gitlab-session:${sha256Hex(sessionId)}`;
