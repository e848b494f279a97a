import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type AdmitRequestSchema,
  type AdmitResponse,
  type IngestLimits,
  Signal,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { LeaseReturnSchema } from '../../../gen/es/gob/gatekeeper/v1/lease_pb.js';
import type { ReturnLeasesRequestSchema } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Admission, AdmissionQuestion, CardinalityLimits, ReceivedSignal } from './admission.js';
import type { CredentialForm } from './credential-form.js';
import type { PurseReturn } from './lease-pool.js';
import type { GrantedLease, LeaseQuestion, RateRefusal, ReturnedLease } from './purse.js';

/** A gatekeeper whose clock is ahead must not make an answer immortal. */
const MAX_ADMISSION_TTL_MS = 60_000;
const MAX_LEASE_MS = 10_000;

/** What the contract calls each signal. */
export const SIGNALS: Readonly<Record<ReceivedSignal, Signal>> = {
  traces: Signal.TRACES,
  metrics: Signal.METRICS,
  logs: Signal.LOGS,
};

/** An answer in the terms of the receiver. */
export interface AdmitAnswer {
  readonly admission: Admission;
  readonly ttlMs: number;
  readonly lease: GrantedLease | undefined;
  readonly refusal: RateRefusal | undefined;
  /** Empty when the gatekeeper sent none. */
  readonly seal: Uint8Array;
}

export interface AdmitParts {
  readonly question: AdmissionQuestion;
  readonly form: CredentialForm;
  /** Undefined when it is not known yet whose purse it is about. */
  readonly lease: LeaseQuestion | undefined;
  readonly refusedRequests: number;
}

export function toAdmitRequest(parts: AdmitParts): MessageInitShape<typeof AdmitRequestSchema> {
  const { question, form, lease, refusedRequests } = parts;
  return {
    credential: { form },
    projectId: question.pathProjectId,
    tenantId: question.pathTenantId,
    signal: SIGNALS[question.signal],
    wireBytes: BigInt(lease?.needBytes ?? Math.max(1, question.wireBytes)),
    waitingBytes: BigInt(lease?.waitingBytes ?? 0),
    wantedBytes: BigInt(lease?.wantedBytes ?? question.wireBytes),
    wantedItems: BigInt(lease?.wantedItems ?? FIRST_WANTED_ITEMS),
    ...(lease?.returned && { returned: toLeaseReturn(lease.returned) }),
    refusedRequests,
    clientAddress: question.clientAddress ?? '',
  };
}

/** Of somebody who sends for the first time: a usual batch. */
const FIRST_WANTED_ITEMS = 512;

/** Throws `unavailable` for an answer that lacks what every answer has. */
export function readAdmitResponse(response: AdmitResponse): AdmitAnswer {
  const { limits, tenantId, projectId, principal, database, lease, rateRefusal } = response;
  if (!limits || limits.maxRequestBytes === 0n || limits.retentionDays === 0 || database === '')
    throw new AppError('unavailable', "The gatekeeper's answer lacks limits or a database.");
  if (lease?.window === undefined && rateRefusal === undefined)
    throw new AppError('unavailable', "The gatekeeper's answer has neither a lease nor a refusal.");
  const { maxRequestBytes, retentionDays, acceptFromDay } = limits;
  return {
    admission: {
      tenantId,
      projectId,
      principal,
      database,
      maxRequestBytes: Number(maxRequestBytes),
      retentionDays,
      acceptFromDay,
      ...(limits.maxMetricSeries > 0n && { cardinality: cardinalityOf(limits) }),
    },
    ttlMs: ttlMs(response),
    seal: response.leaseSeal,
    lease: lease?.window && {
      bytes: Number(lease.bytes),
      items: Number(lease.items),
      validMs: Math.min(lease.validMs, MAX_LEASE_MS),
      window: { index: Number(lease.window.index), lengthMs: lease.window.lengthMs },
    },
    refusal: rateRefusal && {
      message: rateRefusal.message,
      limit: rateRefusal.limit,
      measured: rateRefusal.measured,
      retryAfterMs: Number(rateRefusal.retryAfterMs),
      availableBytes: Number(rateRefusal.availableBytes),
    },
  };
}

/** A gatekeeper of an earlier release says nothing about them, which must not mean zero. */
function cardinalityOf(limits: IngestLimits): CardinalityLimits {
  return {
    maxMetricSeries: Number(limits.maxMetricSeries),
    maxAttributeKeys: Number(limits.maxAttributeKeys),
    maxAttributeValuesPerKey: Number(limits.maxAttributeValuesPerKey),
  };
}

export function toReturnLeases(
  returns: readonly PurseReturn[],
): MessageInitShape<typeof ReturnLeasesRequestSchema> {
  const entries = returns.flatMap(({ tenantId, signal, returned, seal, refused }) => {
    const owner = { tenantId, signal: SIGNALS[signal] };
    const refusals = [...refused].map(([projectId, refusedRequests]) => ({
      ...owner,
      projectId,
      refusedRequests,
      ...(seal && { seal }),
    }));
    return returned ? [{ ...owner, returned: toLeaseReturn(returned) }, ...refusals] : refusals;
  });
  return { returns: entries };
}

function toLeaseReturn({
  window,
  bytes,
  items,
  seals,
}: ReturnedLease): MessageInitShape<typeof LeaseReturnSchema> {
  return {
    seals: [...seals],
    window: { index: BigInt(window.index), lengthMs: window.lengthMs },
    bytes: BigInt(bytes),
    items: BigInt(items),
  };
}

function ttlMs(response: AdmitResponse): number {
  if (!response.validUntil) return 0;
  return Math.min(timestampMs(response.validUntil) - Date.now(), MAX_ADMISSION_TTL_MS);
}
