import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AdmitRequest, AdmitResponseSchema } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { Project, Tenant, TenantLimits } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { GatekeeperContext } from '../context.js';
import { describeRefusal } from './describe-refusal.js';
import { readReturn } from './lease-return.js';
import type { Sealed } from './lease-seals.js';
import type { GrantedLease, RateAccount, RefusedLease } from './rate-limiter.js';
import { rateLimitsOf, type SignalName } from './rate-limits.js';

export interface AdmittedSender {
  readonly tenant: Tenant;
  readonly limits: TenantLimits;
  readonly project: Project;
  readonly signal: SignalName;
  readonly request: AdmitRequest;
}

type RateAnswer = Pick<MessageInitShape<typeof AdmitResponseSchema>, 'lease' | 'rateRefusal' | 'leaseSeal'>;

/** How long a receiver may spend a lease before it gives back what is left. */
const LEASE_VALID_MS = 1_000;

/** The part of an answer to `Admit` that says how much. Refusals are noted. */
export async function grantLease(context: GatekeeperContext, sender: AdmittedSender): Promise<RateAnswer> {
  const { tenant, limits, project, signal, request } = sender;
  const account = { tenantId: tenant.id, signal, limits: rateLimitsOf(limits) };
  const { windowMs } = account.limits;
  const hit = { tenantId: tenant.id, projectId: String(project.id), signal };
  if (request.refusedRequests > 0) context.limitHits.addMore(hit, request.refusedRequests);
  const { returned, rest: held } = await readReturn(context.leaseSeals, {
    owner: account,
    given: request.returned,
    windowMs,
  });
  const sealed = (lease: Sealed) => ({
    leaseSeal: context.leaseSeals.seal(account, {
      bytes: lease.bytes + held.bytes,
      items: lease.items + held.items,
    }),
  });
  const answer = await context.rateLimiter.lease(account, {
    needBytes: Number(request.wireBytes),
    waitingBytes: Number(request.waitingBytes),
    wantedBytes: Number(request.wantedBytes),
    wantedItems: Number(request.wantedItems),
    returned,
  });
  const lease = 'lease' in answer ? answer.lease : { bytes: 0, items: 0, index: answer.refused.index };
  const missingBytes = Number(request.wireBytes + request.waitingBytes) - lease.bytes;
  // Nobody is refused anything when a receiver only asks ahead.
  if (missingBytes <= 0) return { lease: leaseOf(lease, windowMs), ...sealed(lease) };
  const rest = 'lease' in answer ? await context.rateLimiter.check(account, missingBytes) : answer;
  if ('lease' in rest) return { lease: leaseOf(lease, windowMs), ...sealed(lease) };
  const rateRefusal = refusalOf(tenant.path, account, rest.refused);
  context.limitHits.record({ ...hit, ...rateRefusal });
  if (!('lease' in answer)) return { rateRefusal, ...sealed(lease) };
  // What is left was left for others; it is for none of those who wait.
  return {
    lease: leaseOf(lease, windowMs),
    rateRefusal: { ...rateRefusal, availableBytes: 0n },
    ...sealed(lease),
  };
}

function leaseOf(lease: GrantedLease, windowMs: number): RateAnswer['lease'] {
  return {
    bytes: BigInt(lease.bytes),
    items: BigInt(lease.items),
    validMs: LEASE_VALID_MS,
    window: { index: BigInt(lease.index), lengthMs: windowMs },
  };
}

function refusalOf(tenantPath: string, account: RateAccount, refused: RefusedLease) {
  const { waitMs, availableBytes } = refused;
  const neverFits = !Number.isFinite(waitMs);
  return {
    ...describeRefusal(tenantPath, account, refused),
    retryAfterMs: neverFits ? 0n : BigInt(Math.max(1, waitMs)),
    availableBytes: BigInt(Math.floor(availableBytes)),
  };
}
