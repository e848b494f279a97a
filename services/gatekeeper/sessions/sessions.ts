import { randomBytes } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { TurnGate } from '../../../lib/limits/turn-gate.js';
import type { Identity, PasswordIdentityProvider } from '../identity/identity.js';
import { sha256Hex } from '../keys/digest.js';
import { SignInAttempts } from './sign-in-attempts.js';

/**
 * Checking a password costs some 50 ms of a processor and a thread of libuv's pool (four by default), which files and
 * compression of the whole process need too. Anybody may ask for it, under any user name, so only a few are checked at once.
 */
const SIGN_IN_TURNS = { running: 1, waiting: 10 } as const;
const tooManySignIns = () =>
  new AppError('rate_limited', 'Too many sign-ins at once. Try again in a few seconds.', {
    retryAfterMs: 2_000,
  });

export interface NewSession {
  readonly sessionId: string;
  readonly username: string;
  readonly expiresAtMs: number;
}

/** Browser sessions: an opaque random id for the browser, its digest and the user's name in the kv store. */
export class Sessions {
  readonly #kv: Kv;
  readonly #users: PasswordIdentityProvider;
  readonly #ttlMs: number;
  readonly #attempts: SignInAttempts;
  readonly #gate = new TurnGate({ ...SIGN_IN_TURNS, refusal: tooManySignIns });

  constructor(kv: Kv, users: PasswordIdentityProvider, ttlMs: number) {
    this.#kv = kv;
    this.#users = users;
    this.#ttlMs = ttlMs;
    this.#attempts = new SignInAttempts(kv);
  }

  /** Makes a token valid for one sign-in as this user. */
  async allowOnce(token: string, username: string): Promise<void> {
    await this.#kv.set(`sign-in:${sha256Hex(token)}`, username, this.#ttlMs);
  }

  async signInWithToken(token: string, clientAddress = ''): Promise<NewSession> {
    await this.#attempts.count({ clientAddress });
    const username = await this.#kv.take(`sign-in:${sha256Hex(token)}`);
    if (username === undefined) {
      throw new AppError(
        'unauthenticated',
        'This sign-in link was used before or is not valid. Sign in with user name and password, or restart the backend for a new link.',
      );
    }
    return this.#create(username);
  }

  async signInWithPassword(username: string, password: string, clientAddress = ''): Promise<NewSession> {
    const attempt = { username, clientAddress };
    await this.#gate.run(async () => {
      await this.#attempts.count(attempt);
      const identity = await this.#users.findByPassword(username, password);
      if (!identity) throw new AppError('unauthenticated', 'The user name or the password is wrong.');
      await this.#attempts.forgive(attempt);
    });
    return this.#create(username);
  }

  /** The user of a session, as the identity file knows it now; undefined when either is gone. */
  async find(sessionId: string): Promise<Identity | undefined> {
    const username = await this.#kv.get(sessionKey(sessionId));
    return username === undefined ? undefined : this.#users.findByUsername(username);
  }

  async end(sessionId: string): Promise<void> {
    await this.#kv.delete(sessionKey(sessionId));
  }

  async #create(username: string): Promise<NewSession> {
    const sessionId = randomBytes(32).toString('base64url');
    await this.#kv.set(sessionKey(sessionId), username, this.#ttlMs);
    return { sessionId, username, expiresAtMs: Date.now() + this.#ttlMs };
  }
}

const sessionKey = (sessionId: string): string => `session:${sha256Hex(sessionId)}`;
