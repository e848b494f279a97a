import { create } from '@bufbuild/protobuf';
import {
  type CloudConnectorToken,
  type Credential,
  CredentialSchema,
} from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../lib/errors/app-error.js';
import type { Counter } from '../../lib/telemetry/metrics.js';
import type { AuditLog } from './audit/audit-log.js';
import type { KnownAddresses } from './audit/known-addresses.js';
import { readCertificate } from './identity/certificate-facts.js';
import type { CloudConnectorIdentities } from './identity/cloud-connector/cloud-connector-identities.js';
import type { CertificateIdentityProvider, Identity, TokenIdentityProvider } from './identity/identity.js';
import type { Assertions } from './keys/assertions.js';
import type { SigningKeys } from './keys/signing-keys.js';
import type { LeaseSeals } from './rate-limit/lease-seals.js';
import type { LimitHits } from './rate-limit/limit-hits.js';
import type { RateLimiter } from './rate-limit/rate-limiter.js';
import type { Rooms } from './rooms/rooms.js';
import type { GitlabSessions } from './sessions/gitlab/gitlab-sessions.js';
import type { Sessions } from './sessions/sessions.js';
import type { TenantDirectory } from './tenants/tenant-directory.js';

/** Everything that the gatekeeper's calls depend on. */
export interface GatekeeperContext {
  readonly keys: SigningKeys;
  readonly assertions: Assertions;
  /** Asked in this order; the first that knows a token decides. */
  readonly tokenProviders: readonly TokenIdentityProvider[];
  /** Undefined where no issuer is configured; then such a token is like any other. */
  readonly cloudConnector: CloudConnectorIdentities | undefined;
  readonly certificates: CertificateIdentityProvider;
  readonly sessions: Sessions;
  /** Undefined where browsers are not signed in by GitLab. */
  readonly gitlabSessions: GitlabSessions | undefined;
  readonly directory: TenantDirectory;
  readonly decisions: Counter<'call' | 'outcome'>;
  readonly rateLimiter: RateLimiter;
  readonly leaseSeals: LeaseSeals;
  readonly limitHits: LimitHits;
  readonly rooms: Rooms;
  readonly audit: AuditLog;
  readonly addresses: KnownAddresses;
}

/** Longest token that is looked at; real ones have some dozens of characters. */
const MAX_SECRET_CHARACTERS = 8_192;

/** The identity behind a token or session, or `unauthenticated` with what to do about it. */
export async function identify(
  context: GatekeeperContext,
  credential: Credential | undefined,
): Promise<Identity> {
  const form = credential?.form;
  if (form?.case === 'clientCertificate')
    throw new AppError('unauthenticated', 'A client certificate admits telemetry and nothing else.');
  if (form?.case === 'cloudConnector') return identifyGitlab(context, form.value);
  if (!form?.case || form.value === '')
    throw new AppError(
      'unauthenticated',
      'No credential was sent. Send PRIVATE-TOKEN or Authorization: Bearer, or sign in.',
    );
  const identity =
    form.value.length > MAX_SECRET_CHARACTERS ? undefined : await find(context, form.case, form.value);
  if (identity) return identity;
  const what =
    form.case === 'token'
      ? 'The token is not known, revoked or expired.'
      : 'The session has ended. Sign in again.';
  throw new AppError('unauthenticated', what);
}

/** Who passes on requests of its users. Without an issuer the token is looked up like any other. */
function identifyGitlab(context: GatekeeperContext, presented: CloudConnectorToken): Promise<Identity> {
  const { token } = presented;
  if (context.cloudConnector && token.length <= MAX_SECRET_CHARACTERS)
    return context.cloudConnector.find(presented);
  return identify(context, create(CredentialSchema, { form: { case: 'token', value: token } }));
}

/** As `identify`, for those who send telemetry: a client certificate that the receiver verified will do as well. */
export async function identifyExporter(
  context: GatekeeperContext,
  credential: Credential | undefined,
): Promise<Identity> {
  const form = credential?.form;
  if (form?.case !== 'clientCertificate') return identify(context, credential);
  const facts = readCertificate(form.value);
  const identity = context.certificates.findByCertificate(facts);
  if (identity) return identity;
  throw new AppError(
    'unauthenticated',
    `The client certificate "${facts.subject}" (SHA-256 ${facts.sha256}) is not among the client_certificates of the identity file.`,
  );
}

async function find(
  context: GatekeeperContext,
  form: 'token' | 'sessionId',
  secret: string,
): Promise<Identity | undefined> {
  if (form === 'sessionId') return findSession(context, secret);
  return findToken(context.tokenProviders, secret);
}

/** Whose session it is; undefined when it has ended. */
export function findSession(
  { sessions, gitlabSessions }: GatekeeperContext,
  sessionId: string,
): Promise<Identity | undefined> {
  return gitlabSessions?.isOwn(sessionId) ? gitlabSessions.find(sessionId) : sessions.find(sessionId);
}

/** A provider that cannot be asked keeps nobody out whom a later one knows. */
async function findToken(
  providers: readonly TokenIdentityProvider[],
  token: string,
): Promise<Identity | undefined> {
  const failures: unknown[] = [];
  for (const provider of providers) {
    try {
      const identity = await provider.findByToken(token);
      if (identity) return identity;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return undefined;
}
