import { createHash } from 'node:crypto';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type AdmitResponse,
  GatekeeperService,
  Signal,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createRpcClient, type RpcClient } from '../../../lib/rpc/client.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { retryDelayMs } from '../status/retry-delay.js';
import type { Admission, AdmissionQuestion, Admissions, ReceivedSignal } from './admission.js';
import { AnswerCache, type CachedAnswer } from './answer-cache.js';

const CALL_TIMEOUT_MS = 2_000;
/** A refusal is remembered so that a misconfigured exporter does not become the gatekeeper's load. */
const REFUSAL_TTL_MS = 2_000;
/** A gatekeeper whose clock is ahead must not make an answer immortal. */
const MAX_ADMISSION_TTL_MS = 60_000;
const MAX_CACHED_ANSWERS = 10_000;

/** What the contract calls each signal. */
const SIGNALS: Readonly<Record<ReceivedSignal, Signal>> = {
  traces: Signal.TRACES,
  metrics: Signal.METRICS,
  logs: Signal.LOGS,
};

/** Asks the gatekeeper, at most one call at a time for the same credential, project and signal. */
export class GatekeeperAdmissions implements Admissions {
  readonly #client: RpcClient<typeof GatekeeperService>;
  readonly #logger: Logger;
  readonly #cache = new AnswerCache(MAX_CACHED_ANSWERS);
  readonly #running = new Map<string, Promise<Admission>>();

  constructor(gatekeeperUrl: string, logger: Logger) {
    this.#client = createRpcClient(GatekeeperService, { url: gatekeeperUrl, timeoutMs: CALL_TIMEOUT_MS });
    this.#logger = logger;
  }

  async admit(question: AdmissionQuestion): Promise<Admission> {
    const form = credentialForm(question);
    if (form === undefined) throw noCredential();
    const key = cacheKey(question, form);
    const cached = this.#cache.get(key);
    if (cached) return admissionOf(cached);
    const running = this.#running.get(key) ?? this.#ask(question, form, key);
    this.#running.set(key, running);
    return running;
  }

  close(): void {
    this.#client.close();
  }

  async #ask(question: AdmissionQuestion, form: CredentialForm, key: string): Promise<Admission> {
    try {
      const response = await this.#client.calls.admit({
        credential: { form },
        projectId: question.pathProjectId,
        tenantId: question.pathTenantId,
        signal: SIGNALS[question.signal],
        wireBytes: BigInt(question.wireBytes),
      });
      const admission = fromResponse(response);
      this.#cache.set(key, { admission }, ttlMs(response));
      return admission;
    } catch (error) {
      const refusal = this.#refusalOf(error);
      if (isAboutIdentity(refusal)) this.#cache.set(key, { refusal }, REFUSAL_TTL_MS);
      throw refusal;
    } finally {
      this.#running.delete(key);
    }
  }

  /** Whatever is not the gatekeeper's decision means that there is none, which passes. */
  #refusalOf(error: unknown): AppError {
    const refusal = fromConnectError(error);
    if (isAboutIdentity(refusal) || refusal.code === 'rate_limited' || refusal.code === 'invalid_argument')
      return refusal;
    this.#logger.warn({ reason: refusal.message, code: refusal.code }, 'the gatekeeper gave no answer');
    return new AppError(
      'unavailable',
      'Credentials cannot be checked at the moment; send the data again shortly.',
      {
        cause: error,
        retryAfterMs: retryDelayMs(),
      },
    );
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

function admissionOf(answer: CachedAnswer): Admission {
  if ('refusal' in answer) throw answer.refusal;
  return answer.admission;
}

type CredentialForm =
  | { readonly case: 'token'; readonly value: string }
  | { readonly case: 'clientCertificate'; readonly value: Uint8Array };

/** A token decides alone: a certificate beside it neither widens what it may do nor stands in when it is refused. */
function credentialForm({ token, clientCertificate }: AdmissionQuestion): CredentialForm | undefined {
  if (token !== undefined) return { case: 'token', value: token };
  return clientCertificate && { case: 'clientCertificate', value: clientCertificate };
}

/** The token itself is kept nowhere. */
function cacheKey(question: AdmissionQuestion, form: CredentialForm): string {
  const digest = createHash('sha256').update(`${form.case} `).update(form.value).digest('base64');
  return `${digest} ${question.pathTenantId} ${question.pathProjectId} ${question.signal}`;
}

function ttlMs(response: AdmitResponse): number {
  if (!response.validUntil) return 0;
  return Math.min(timestampMs(response.validUntil) - Date.now(), MAX_ADMISSION_TTL_MS);
}

function fromResponse(response: AdmitResponse): Admission {
  const { limits, tenantId, projectId, principal, database } = response;
  if (!limits || limits.maxRequestBytes === 0n || limits.retentionDays === 0 || database === '')
    throw new AppError('unavailable', "The gatekeeper's answer lacks limits or a database.");
  return {
    tenantId,
    projectId,
    principal,
    database,
    maxRequestBytes: Number(limits.maxRequestBytes),
    retentionDays: limits.retentionDays,
    acceptFromDay: limits.acceptFromDay,
  };
}

function noCredential(): AppError {
  return new AppError(
    'unauthenticated',
    'The request carries no credential. Send a token in PRIVATE-TOKEN or as Authorization: Bearer <token>, for example with OTEL_EXPORTER_OTLP_HEADERS="PRIVATE-TOKEN=<token>", or a client certificate where the port asks for one.',
  );
}
