import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { LruSet } from '../../../lib/limits/lru-set.js';
import { TurnGate } from '../../../lib/limits/turn-gate.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { retryDelayMs } from '../status/retry-delay.js';
import type { Admission, AdmissionQuestion, Admissions, ReceivedSignal } from './admission.js';
import type { AdmissionLink } from './admission-link.js';
import { type AdmitAnswer, readAdmitResponse, toAdmitRequest, toReturnLeases } from './admit-messages.js';
import { AnswerCache } from './answer-cache.js';
import { type CredentialForm, credentialForm, questionKey } from './credential-form.js';
import { LeasePool } from './lease-pool.js';
import { KnownSenderRefused, RateLimited } from './rate-limited.js';
import { SilenceLog } from './silence-log.js';

const RETURN_INTERVAL_MS = 250;
/** A refusal is remembered so that a misconfigured exporter does not become the gatekeeper's load. */
const REFUSAL_TTL_MS = 2_000;
/**
 * Questions about senders that were never admitted. Anybody can cause them, and answers about made-up tokens may take long
 * (GitLab is asked): half of what a connection to the gatekeeper carries stays for those who are known.
 */
const UNKNOWN_AT_A_TIME = { running: 128, waiting: 256 } as const;
const MAX_CACHED_ANSWERS = 10_000;
const MAX_KNOWN_ADDRESSES = 10_000;
/** Questions that one request waits for; others may have spent what came with each of them. */
const MAX_ROUNDS = 10;

interface Sender {
  readonly question: AdmissionQuestion;
  readonly form: CredentialForm;
  readonly key: string;
}

interface Asking {
  readonly answer: Promise<Admission>;
  /** Of requests that wait for this answer besides the first. */
  waitingBytes: number;
}

/**
 * Knows who may send for a second, and holds a lease of each tenant's limit: requests of known senders are let in without
 * waiting as long as the lease has room. Asks the gatekeeper at most once at a time for the same sender, project and signal,
 * mostly ahead of need.
 */
export class GatekeeperAdmissions implements Admissions {
  readonly #link: AdmissionLink;
  readonly #logger: Logger;
  readonly #cache = new AnswerCache(MAX_CACHED_ANSWERS);
  readonly #addresses = new LruSet<string>(MAX_KNOWN_ADDRESSES);
  /** Whose each question was when it was last answered: a storage quota that is used up is refused without a name. */
  readonly #senders = new Map<string, KnownSenderRefused['sender']>();
  readonly #asking = new Map<string, Asking>();
  readonly #unknown = new TurnGate({ ...UNKNOWN_AT_A_TIME, refusal: () => unavailable() });
  readonly #pool = new LeasePool();
  readonly #timer: NodeJS.Timeout;
  readonly #silence: SilenceLog;
  readonly #onRefused: (sender: Pick<Admission, 'tenantId' | 'projectId'>) => void;

  /** `onRefused` hears of senders that were admitted and are no more, as when their project is switched off. */
  constructor(
    link: AdmissionLink,
    logger: Logger,
    onRefused: (sender: Pick<Admission, 'tenantId' | 'projectId'>) => void = () => undefined,
  ) {
    this.#link = link;
    this.#logger = logger;
    this.#silence = new SilenceLog(logger);
    this.#onRefused = onRefused;
    this.#timer = setInterval(() => void this.#returnLeases(), RETURN_INTERVAL_MS).unref();
  }

  admit(question: AdmissionQuestion): Admission | Promise<Admission> {
    const form = credentialForm(question);
    const sender = { question, form, key: questionKey(question, form) };
    const known = this.#cache.get(sender.key);
    if (!known) return this.#admitByAsking(sender);
    if ('refusal' in known) throw known.refusal;
    const spent = this.#spend(sender, known.admission);
    if (!spent) return this.#admitByAsking(sender);
    this.#askAhead(sender, known.admission);
    return known.admission;
  }

  settle({ tenantId }: Admission, signal: ReceivedSignal, items: number): void {
    this.#pool.purse({ tenantId, signal }, performance.now()).settle(items);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#returnLeases(true);
    this.#link.close();
  }

  /** False when only the gatekeeper can tell. Throws a refusal that stands. */
  #spend({ question }: Sender, admission: Admission, isCounted = false): boolean {
    const { tenantId, projectId, database } = admission;
    const { signal } = question;
    const owner = { tenantId, signal };
    const nowMs = performance.now();
    const spending = this.#pool.purse(owner, nowMs).spend(question.wireBytes, nowMs);
    if (spending === 'spent') return true;
    if (spending === 'ask') return false;
    if (!isCounted) this.#pool.countRefused(owner, projectId, nowMs);
    throw new RateLimited({ ...owner, projectId, database }, spending);
  }

  async #admitByAsking(sender: Sender): Promise<Admission> {
    const { key, question } = sender;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const running = this.#asking.get(key);
      if (running) running.waitingBytes += question.wireBytes;
      const admission = await (running ?? this.#ask(sender, Math.max(1, question.wireBytes))).answer;
      // Whom the gatekeeper refused, the gatekeeper has counted.
      if (this.#spend(sender, admission, running === undefined)) return admission;
    }
    throw unavailable();
  }

  /** Renews lease and knowledge while both last, and tells the gatekeeper of addresses it has not heard of. */
  #askAhead(sender: Sender, { tenantId }: Admission): void {
    const { question, key } = sender;
    if (this.#asking.has(key)) return;
    const nowMs = performance.now();
    const purse = this.#pool.purse({ tenantId, signal: question.signal }, nowMs);
    if (purse.wantsAhead(nowMs) || !this.#addresses.has(addressKey(sender)))
      this.#ask(sender, 0).answer.catch(() => undefined);
  }

  #ask(sender: Sender, needBytes: number): Asking {
    const call = () => this.#call(sender, needBytes);
    const answer = this.#senders.has(sender.key) ? call() : this.#unknown.run(call);
    // Refused before it was asked, it must not be waited for.
    answer.catch(() => this.#asking.delete(sender.key));
    const asking: Asking = { waitingBytes: 0, answer };
    this.#asking.set(sender.key, asking);
    return asking;
  }

  async #call(sender: Sender, needBytes: number): Promise<Admission> {
    const { question, key, form } = sender;
    const { signal } = question;
    const known = this.#cache.get(key);
    const admission = known && 'admission' in known ? known.admission : undefined;
    const owner = admission && { tenantId: admission.tenantId, signal };
    const purse = owner && this.#pool.purse(owner, performance.now());
    // At the least until the next turn, so that requests that came together are asked for together.
    await pause(purse?.pauseMs(performance.now()) ?? 0);
    const waitingBytes = this.#asking.get(key)?.waitingBytes ?? 0;
    const lease = purse?.question(needBytes, waitingBytes, performance.now());
    const refusedRequests = owner ? this.#pool.takeRefused(owner, admission.projectId) : 0;
    this.#addresses.add(addressKey(sender));
    try {
      const request = toAdmitRequest({ question, form, lease, refusedRequests });
      return this.#enter(
        sender,
        readAdmitResponse(await this.#link.admit(request)),
        lease?.needBytes ?? needBytes,
      );
    } catch (error) {
      purse?.restore(lease?.returned);
      const refusal = this.#ofKnownSender(key, this.#refusalOf(error));
      if (isAboutIdentity(refusal)) this.#refuse(key, refusal);
      throw refusal;
    } finally {
      this.#asking.delete(key);
    }
  }

  #refuse(key: string, refusal: AppError): void {
    const sender = this.#senders.get(key);
    this.#cache.set(key, { refusal }, REFUSAL_TTL_MS);
    if (sender) this.#onRefused(sender);
  }

  #enter({ key, question }: Sender, answer: AdmitAnswer, needBytes: number): Admission {
    const { admission, lease, refusal, seal, ttlMs } = answer;
    const nowMs = performance.now();
    const purse = this.#pool.purse({ tenantId: admission.tenantId, signal: question.signal }, nowMs);
    this.#cache.set(key, { admission }, ttlMs);
    this.#noteSender(key, admission);
    purse.keepSeal(seal);
    if (lease) purse.grant(lease, nowMs);
    if (refusal) purse.refuse(refusal, needBytes, nowMs);
    return admission;
  }

  #noteSender(key: string, { tenantId, projectId, database }: Admission): void {
    this.#senders.delete(key);
    this.#senders.set(key, { tenantId, projectId, database });
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > MAX_CACHED_ANSWERS && oldest !== undefined) this.#senders.delete(oldest);
  }

  #ofKnownSender(key: string, refusal: AppError): AppError {
    const sender = refusal.code === 'storage_quota' ? this.#senders.get(key) : undefined;
    return sender ? new KnownSenderRefused(sender, refusal) : refusal;
  }

  /** Lost returns are no loss but to the tenant, and only until its window is over. */
  async #returnLeases(isEnd = false): Promise<void> {
    const returns = this.#pool.takeReturns(performance.now(), isEnd);
    if (returns.length === 0) return;
    try {
      await this.#link.returnLeases(toReturnLeases(returns));
    } catch (error) {
      this.#logger.debug({ reason: messageOf(error) }, 'leases were not returned');
    }
  }

  /** Whatever is not the gatekeeper's decision means that there is none, which passes. */
  #refusalOf(error: unknown): AppError {
    const refusal = fromConnectError(error);
    if (isAboutIdentity(refusal) || refusal.code === 'rate_limited' || refusal.code === 'invalid_argument')
      return refusal;
    this.#silence.note(refusal);
    return unavailable(error);
  }
}

/** Decisions about a credential and its tenant, which hold for a while. */
function isAboutIdentity({ code }: AppError): boolean {
  return (
    code === 'unauthenticated' ||
    code === 'permission_denied' ||
    code === 'not_found' ||
    code === 'storage_quota'
  );
}

function addressKey({ key, question }: Sender): string {
  return `${key} ${question.clientAddress ?? ''}`;
}

function unavailable(cause?: unknown): AppError {
  const message = 'Credentials cannot be checked at the moment; send the data again shortly.';
  return new AppError('unavailable', message, { cause, retryAfterMs: retryDelayMs() });
}

function pause(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
