import type { IncomingHttpHeaders } from 'node:http';
import { create } from '@bufbuild/protobuf';
import { type Credential, CredentialSchema } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { presentedToken } from '../../../lib/auth/presented-token.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { checkAccess } from '../access/access.js';
import { type GatekeeperContext, identify } from '../context.js';
import type { Identity } from '../identity/identity.js';
import { describeRefusal } from '../rate-limit/describe-refusal.js';
import { rateLimitsOf } from '../rate-limit/rate-limits.js';
import type { ProjectOfTenant } from '../tenants/tenant-directory.js';
import type { OriginalRequest } from './original-request.js';
import { type RequiredRight, requiredRight } from './required-right.js';

/** Who was let through, and where to. */
export interface Passage extends ProjectOfTenant {
  readonly identity: Identity;
}

/** Name of the gateway's session cookie. */
const SESSION_COOKIE = 'gob_session';
/** A page of another site can make a browser send these with its cookie, but not read what comes back. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

/**
 * Whether the original request may pass. Throws the refusal. Nothing of a rate limit is spent: the receiver does that when the
 * request arrives there; here it is only turned away early.
 */
export async function decide(
  context: GatekeeperContext,
  original: OriginalRequest,
  headers: IncomingHttpHeaders,
): Promise<Passage> {
  const right = requiredRight(original);
  const identity = await identify(context, credentialOf(original, headers));
  const found = checkAccess(context.directory, { identity, ...right });
  context.addresses.note(identity, original.clientAddress);
  await requireRate(context, right, { found, bytes: original.bytes });
  return { identity, ...found };
}

async function requireRate(
  context: GatekeeperContext,
  { signal }: RequiredRight,
  { found, bytes }: { readonly found: ProjectOfTenant; readonly bytes: number },
): Promise<void> {
  const { tenant, project } = found;
  if (!signal || !tenant.limits) return;
  const account = { tenantId: tenant.id, signal, limits: rateLimitsOf(tenant.limits) };
  const answer = await context.rateLimiter.check(account, bytes);
  if ('lease' in answer) return;
  const text = describeRefusal(tenant.path, account, answer.refused);
  context.limitHits.record({ tenantId: tenant.id, projectId: String(project.id), signal, ...text });
  const { waitMs } = answer.refused;
  throw Number.isFinite(waitMs)
    ? new AppError('rate_limited', text.message, { retryAfterMs: waitMs })
    : new AppError('payload_too_large', text.message);
}

/** A token goes before a session, as everywhere. */
function credentialOf({ method }: OriginalRequest, headers: IncomingHttpHeaders): Credential | undefined {
  const token = presentedToken((name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  });
  if (token !== undefined) return create(CredentialSchema, { form: { case: 'token', value: token } });
  const sessionId = SAFE_METHODS.includes(method) ? sessionIn(headers.cookie) : undefined;
  if (sessionId === undefined) return undefined;
  return create(CredentialSchema, { form: { case: 'sessionId', value: sessionId } });
}

function sessionIn(cookies: string | undefined): string | undefined {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
  return (
    pairs.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1) || undefined
  );
}
