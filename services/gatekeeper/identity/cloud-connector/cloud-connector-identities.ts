import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { CloudConnectorHeaders } from '../../../../lib/auth/cloud-connector-headers.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import type { Identity } from '../identity.js';
import type { CloudConnectorConfig } from './cloud-connector-settings.js';
import { IssuerKeys } from './issuer-keys.js';

export interface CloudConnectorOptions {
  readonly config: CloudConnectorConfig;
  readonly logger: Logger;
  /** A point in time in milliseconds, for the age of keys. */
  readonly nowMs?: () => number;
}

const AUDIENCE = 'gitlab-observability-backend';
const SCOPE = 'observability_all';
/** Clocks of two hosts that are kept by NTP differ by less. */
const CLOCK_TOLERANCE_SECONDS = 5;
const SAAS = 'saas';
const REALMS = [SAAS, 'self-managed'] as const;
const ID = /^[1-9]\d{0,15}$/;

const claims = z.object({
  sub: z.string().min(1),
  scopes: z.array(z.string()),
  gitlab_realm: z.enum(REALMS),
  gitlab_namespace_id: z.union([z.string(), z.int().transform(String)]).optional(),
});
type Claims = z.infer<typeof claims>;

/** Knows the tokens that GitLab presents when it passes on its users' requests. */
export class CloudConnectorIdentities {
  readonly #config: CloudConnectorConfig;
  readonly #issuers: ReadonlyMap<string, IssuerKeys>;

  constructor({ config, logger, nowMs }: CloudConnectorOptions) {
    this.#config = config;
    const { gitlabOidcProvider: more, providerUrls } = config;
    const urls = new Set([...providerUrls, ...(more === undefined ? [] : [more])]);
    const parts = nowMs ? { logger, nowMs } : { logger };
    this.#issuers = new Map([...urls].map((issuer) => [issuer, new IssuerKeys({ issuer, ...parts })]));
  }

  /** Throws `unauthenticated` with what is wrong, or `unavailable` while the issuer's keys cannot be fetched. */
  async find(presented: CloudConnectorHeaders): Promise<Identity> {
    const { sub, scopes, ...claimed } = readClaims(await this.#verify(presented.token));
    if (!scopes.includes(SCOPE)) throw refused(`it lacks the scope ${SCOPE}`);
    if (sub !== presented.instanceId) throw refused('X-Gitlab-Instance-Id is not its subject');
    if (claimed.gitlab_realm !== presented.realm) throw refused('X-Gitlab-Realm is not its realm');
    this.#requireOwnNamespace({ sub, ...claimed }, presented);
    const name = `GitLab instance ${sub.slice(0, 100)}`;
    const isInstanceWide = presented.projectId === '' && presented.namespaceId === '';
    // Only the registered instance has all that is here; it reads by naming a project, and lists without.
    if (isInstanceWide && sub === this.#config.cloudConnectorInstance)
      return { name, kind: 'token', scopes: ['read_observability'], coverage: { everything: true } };
    const projectId = idIn('X-GitLab-Project-id', presented.projectId);
    const rootNamespaceId = idIn('X-GitLab-Namespace-id', presented.namespaceId);
    // The project is covered by no signature, so a refusal tells nothing about it.
    const place = { path: undefined, rootNamespaceId };
    return {
      name,
      kind: 'token',
      scopes: ['read_observability', 'write_observability'],
      coverage: {
        membership: {
          find: async (asked) => (asked === projectId ? place : undefined),
          list: async () => ({ projectIds: [projectId], isComplete: true }),
        },
      },
    };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const issuer = decodeJwt(token).iss;
      const keys = this.#issuers.get(issuer?.replace(/\/+$/, '') ?? '');
      if (!keys || issuer === undefined) throw refused('its issuer is not accepted here');
      const verified = await jwtVerify(token, keys.find, {
        algorithms: ['RS256'],
        issuer,
        audience: AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      if (verified.protectedHeader.kid === undefined) throw refused('it names no key');
      return verified.payload;
    } catch (error) {
      throw error instanceof AppError ? error : refused(reasonOf(error), error);
    }
  }

  /**
   * The token of GitLab.com names the namespace that it is for. Any other would let its holder name every namespace, so
   * it must come from the instance whose namespaces are registered here.
   */
  #requireOwnNamespace(
    { sub, ...claimed }: Omit<Claims, 'scopes'>,
    { namespaceId }: CloudConnectorHeaders,
  ): void {
    const { cloudConnectorInstance: own } = this.#config;
    const isBound = claimed.gitlab_realm === SAAS || claimed.gitlab_namespace_id !== undefined;
    if (own !== undefined && sub !== own)
      throw refused('its instance is not the one that is registered here');
    if (own === undefined && claimed.gitlab_realm !== SAAS)
      throw refused('its instance is not registered here: set CLOUD_CONNECTOR_INSTANCE');
    if (isBound && claimed.gitlab_namespace_id !== namespaceId)
      throw refused('X-GitLab-Namespace-id is not its namespace');
  }
}

function readClaims(payload: JWTPayload): Claims {
  const parsed = claims.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw refused(`its claim ${parsed.error.issues[0]?.path.join('.') ?? ''} is missing or has another form`);
}

function idIn(header: string, value: string): bigint {
  if (!ID.test(value)) throw refused(`${header} is not a decimal id`);
  return BigInt(value);
}

/** Says which check failed, and nothing of what was expected beyond it. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not accepted`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is not signed with RS256';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not known';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'it cannot be verified';
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', `The Cloud Connector token is refused: ${why}.`, { cause });
}
