import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { AppError, messageOf } from '../../../../lib/errors/app-error.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import { readBounded } from '../read-bounded.js';

export interface IssuerKeysOptions {
  /** As tokens name it, without a trailing slash. */
  readonly issuer: string;
  readonly logger: Logger;
  /** A point in time in milliseconds. Default: `performance.now`. */
  readonly nowMs?: () => number;
}

/** Keys are fetched again after this, so that one that was withdrawn does not live on. */
const MAX_AGE_MS = 10 * 60_000;
/** While the issuer is away, keys are believed for this long. */
const MAX_STALE_MS = 60 * 60_000;
/** Anybody can send a token with an unknown key id; the issuer is asked at most so often. */
const FLOOR_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_KEYS = 100;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) });

/** The signing keys of one issuer, by OpenID Connect discovery. Everything is fetched from the issuer's own origin. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #nowMs: () => number;
  #keys: JWTVerifyGetKey | undefined;
  #loadedMs = 0;
  #triedMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** The key of a token. Rejects with AppError `unavailable` without keys, and as `jose` does for a key that does not exist. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (!this.#keys || this.#ageMs > MAX_AGE_MS) await this.#loadAgain();
    try {
      return await this.#current()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.#loadAgain())) throw error;
      return this.#current()(header, token);
    }
  };

  get #ageMs(): number {
    return this.#nowMs() - this.#loadedMs;
  }

  #current(): JWTVerifyGetKey {
    if (this.#keys && this.#ageMs <= MAX_STALE_MS) return this.#keys;
    throw new AppError(
      'unavailable',
      'The keys of the issuer of this token cannot be fetched. Try again shortly.',
      {
        retryAfterMs: FLOOR_MS,
      },
    );
  }

  /** True when it was fetched just now; false when that is too soon, or fails. */
  async #loadAgain(): Promise<boolean> {
    if (!this.#loading) {
      if (this.#nowMs() - this.#triedMs < FLOOR_MS) return false;
      this.#triedMs = this.#nowMs();
      this.#loading = this.#load().finally(() => {
        this.#loading = undefined;
      });
    }
    try {
      await this.#loading;
      return true;
    } catch (error) {
      const { logger, issuer } = this.#options;
      logger.warn({ issuer, reason: messageOf(error) }, 'the keys of an issuer were not fetched');
      return false;
    }
  }

  async #load(): Promise<void> {
    const { issuer } = this.#options;
    const found = discovery.parse(await fetchJson(`${issuer}/.well-known/openid-configuration`));
    if (found.issuer.replace(/\/+$/, '') !== issuer) throw new Error('discovery names another issuer');
    if (!URL.canParse(found.jwks_uri) || new URL(found.jwks_uri).origin !== new URL(issuer).origin)
      throw new Error('jwks_uri is on another host than the issuer');
    this.#keys = createLocalJWKSet(keySet.parse(await fetchJson(found.jwks_uri)));
    this.#loadedMs = this.#nowMs();
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  const text = await readBounded(response);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  if (text === undefined) throw new Error(`${url} answered with too much`);
  return JSON.parse(text);
}
