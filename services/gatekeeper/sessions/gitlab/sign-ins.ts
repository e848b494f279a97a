import { randomBytes } from 'node:crypto';
import { randomPKCECodeVerifier, randomState } from 'openid-client';
import { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Kv } from '../../../../lib/kv/kv.js';
import { networkOf } from '../../audit/known-addresses.js';
import { sha256Hex } from '../../keys/digest.js';
import type { GitlabOauth, TokenPair } from './gitlab-oauth.js';

export interface StartedSignIn {
  readonly authorizationUrl: string;
  readonly binding: string;
}

export const SIGN_IN_TTL_MS = 10 * 60_000;
const WINDOW_MS = 60_000;
/** By address; behind a proxy that does not say who asks, all browsers together. */
const MAX_STARTS_PER_WINDOW = 300;

const pending = z.object({ verifier: z.string(), bindingHash: z.string() });

/** Sign-ins on their way through GitLab: each by one state, of one browser, once. */
export class SignIns {
  readonly #kv: Kv;
  readonly #oauth: GitlabOauth;

  constructor(kv: Kv, oauth: GitlabOauth) {
    this.#kv = kv;
    this.#oauth = oauth;
  }

  async start(clientAddress: string): Promise<StartedSignIn> {
    await this.#count(clientAddress);
    const [state, verifier] = [randomState(), randomPKCECodeVerifier()];
    const binding = randomBytes(32).toString('base64url');
    const record = { verifier, bindingHash: sha256Hex(binding) };
    await this.#kv.set(keyOf(state), JSON.stringify(record), SIGN_IN_TTL_MS);
    return { authorizationUrl: await this.#oauth.authorizationUrl(state, verifier), binding };
  }

  async complete(query: string, binding: string): Promise<TokenPair> {
    const params = new URLSearchParams(query);
    const state = params.get('state') ?? '';
    const found = await this.#kv.take(keyOf(state));
    if (found === undefined)
      throw refused('This sign-in was completed before, or took too long. Start again.');
    const { verifier, bindingHash } = pending.parse(JSON.parse(found));
    if (sha256Hex(binding) !== bindingHash)
      throw refused(
        'This sign-in was started in another browser, or the browser sent no cookie. Start again.',
      );
    if (params.has('error')) throw refused(sentenceFor(params.get('error') ?? ''));
    return this.#oauth.exchange(query, { state, verifier });
  }

  async #count(clientAddress: string): Promise<void> {
    const who = networkOf(clientAddress) || 'unknown';
    const starts = await this.#kv.increment(`sign-in-starts:${sha256Hex(who)}`, WINDOW_MS);
    if (starts <= MAX_STARTS_PER_WINDOW) return;
    const message = `More than ${MAX_STARTS_PER_WINDOW} sign-ins from this address within a minute. Wait a minute and try again.`;
    throw new AppError('rate_limited', message, { retryAfterMs: WINDOW_MS });
  }
}

/** GitLab's codes in our words: its own text comes through the browser, where anybody may have written it. */
function sentenceFor(code: string): string {
  if (code === 'access_denied') return 'GitLab was not allowed to sign you in: access was denied.';
  if (code === 'invalid_scope') return 'GitLab does not allow the OAuth application the scope read_api.';
  return 'GitLab did not sign you in. Start again, or ask who runs this backend.';
}

const keyOf = (state: string): string => `oauth-state:${sha256Hex(state)}`;
const refused = (message: string): AppError => new AppError('unauthenticated', message);
