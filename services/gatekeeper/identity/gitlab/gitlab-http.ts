import { AppError } from '../../../../lib/errors/app-error.js';
import { TurnGate } from '../../../../lib/limits/turn-gate.js';
import type { Counter } from '../../../../lib/telemetry/metrics.js';
import { readBounded } from '../read-bounded.js';
import type { GitlabPauses } from './gitlab-pauses.js';

export interface GitlabHttpOptions {
  /** Without a trailing slash. */
  readonly url: string;
  readonly pauses: GitlabPauses;
  readonly calls: Counter<'call' | 'outcome'>;
  /** Of one call with its retry. Default 5 s. */
  readonly timeoutMs?: number;
}

/** How a token is presented: access tokens of GitLab in their own header, those of OAuth as Bearer. */
export interface GitlabToken {
  readonly secret: string;
  /** Digest, under which pauses are kept. */
  readonly digest: string;
  readonly isOauth?: boolean;
}

export interface GitlabQuestion {
  /** Label of the metric. */
  readonly call: string;
  /** Below `/api/v4`, or from the root when it begins with `/oauth`. */
  readonly path: string;
  readonly token: GitlabToken;
}

/** What GitLab decided; everything else is `unavailable`. */
export interface GitlabAnswer {
  readonly status: 200 | 400 | 401 | 403 | 404;
  readonly body: unknown;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const RETRY_PAUSE_MS = 100;
const MAX_REDIRECTS = 2;
const DECISIONS: readonly number[] = [200, 400, 401, 403, 404];
const REDIRECTS: readonly number[] = [301, 302, 307, 308];
const BACK_SOON_MS = 2_000;
/** Many strangers with many tokens must not become many connections to GitLab. */
const TURNS = { running: 32, waiting: 2_000 } as const;

/** GET requests to one GitLab: bounded in time, size, number, redirects and retries, and quiet when GitLab asks for it. */
export class GitlabHttp {
  readonly #options: GitlabHttpOptions;
  readonly #origin: string;
  readonly #gate = new TurnGate({ ...TURNS, refusal: () => away('too many questions are waiting for it') });

  constructor(options: GitlabHttpOptions) {
    this.#options = options;
    this.#origin = new URL(options.url).origin;
  }

  /** Rejects with AppError `unavailable`, with a delay, whenever GitLab did not decide. */
  async get(question: GitlabQuestion): Promise<GitlabAnswer> {
    const { calls } = this.#options;
    const { call } = question;
    try {
      const answer = await this.#gate.run(() => this.#tryTwice(question));
      calls.inc({ call, outcome: String(answer.status) });
      return answer;
    } catch (error) {
      calls.inc({ call, outcome: 'unavailable' });
      throw error;
    }
  }

  async #tryTwice(question: GitlabQuestion): Promise<GitlabAnswer> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    for (let attempt = 1; ; attempt++) {
      await this.#options.pauses.require(question.token.digest);
      try {
        const answer = await this.#once(question, signal);
        if (answer) return answer;
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (signal.aborted) throw away('it did not answer in time', error);
        if (attempt === ATTEMPTS) throw away('it cannot be reached', error);
      }
      if (attempt === ATTEMPTS) throw away('it is in trouble');
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * (0.5 + Math.random())));
    }
  }

  /** Undefined when GitLab is in trouble and may be asked once more. */
  async #once({ path, token }: GitlabQuestion, signal: AbortSignal): Promise<GitlabAnswer | undefined> {
    const { url, pauses } = this.#options;
    let target = path.startsWith('/oauth') ? `${url}${path}` : `${url}/api/v4${path}`;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await fetch(target, { headers: headersOf(token), redirect: 'manual', signal });
      await pauses.note(response, token.digest);
      if (REDIRECTS.includes(response.status)) {
        await response.body?.cancel();
        target = this.#requireHome(response.headers.get('location'), target);
        continue;
      }
      if (response.status >= 500) {
        await response.body?.cancel();
        return undefined;
      }
      return readAnswer(response);
    }
    throw away('it sends from one place to the next');
  }

  /** The token goes where it was meant to go and nowhere else. */
  #requireHome(location: string | null, from: string): string {
    const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
    if (target?.origin !== this.#origin) throw away('it sends to another host');
    return target.href;
  }
}

function headersOf({ secret, isOauth }: GitlabToken): Record<string, string> {
  const credential: Record<string, string> = isOauth
    ? { authorization: `Bearer ${secret}` }
    : { 'private-token': secret };
  return { ...credential, accept: 'application/json', 'user-agent': 'gob-gatekeeper' };
}

async function readAnswer(response: Response): Promise<GitlabAnswer> {
  const { status } = response;
  const text = await readBounded(response);
  if (text === undefined) throw away('its answer is too large');
  if (!DECISIONS.includes(status)) throw away(`it answered ${status}`);
  const body = parse(text);
  if (status === 200 && body === undefined) throw away('its answer is not JSON');
  // A ban of our address is text; a decision about the token is JSON and is remembered as one.
  if (status === 403 && body === undefined) throw away('it refuses this address');
  return { status: status as GitlabAnswer['status'], body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names no address: it goes to strangers. */
export function away(why: string, cause?: unknown): AppError {
  return new AppError(
    'unavailable',
    `GitLab cannot be asked about this credential: ${why}. Try again shortly.`,
    {
      retryAfterMs: BACK_SOON_MS,
      cause,
    },
  );
}
