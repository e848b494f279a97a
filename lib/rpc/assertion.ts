import {
  type CryptoKey,
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { Caller } from './caller.js';

/** Who signs assertions; verifiers accept no other issuer. */
const ASSERTION_ISSUER = 'gob-gatekeeper';
/** Longest life of an assertion. Short, because it cannot be revoked. */
export const ASSERTION_TTL_SECONDS = 60;
/** Clocks of the mesh may differ by this much. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** An unknown key id makes a verifier ask for keys again, but not more often than this. */
const KEY_REFETCH_FLOOR_MS = 5_000;

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: CryptoKey;
}

/** A JWT (EdDSA over Ed25519) that says who calls, for one audience. */
export function signAssertion(key: SigningKey, caller: Caller, audience: string): Promise<string> {
  return new SignJWT(toClaims(caller))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.keyId, typ: 'JWT' })
    .setIssuer(ASSERTION_ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${ASSERTION_TTL_SECONDS}s`)
    .sign(key.privateKey);
}

function toClaims(caller: Caller): JWTPayload {
  if (caller.kind === 'service') return { sub: caller.service, kind: 'service' };
  if (caller.kind === 'admin') return { sub: caller.principal, kind: 'admin' };
  const { principal, tenantId, projectId, scopes, database, retentionDays, queryLimits } = caller;
  const tenancy = {
    tenant: tenantId,
    project: String(projectId),
    db: database,
    retention_days: retentionDays,
    ...(queryLimits && { query: queryLimits }),
  };
  return { sub: principal, kind: 'principal', scopes: [...scopes], ...tenancy };
}

const limit = z.number().int().positive();
const queryLimitClaims = z.object({
  maxSeconds: limit,
  maxReadRows: limit,
  maxReadBytes: limit,
  maxMemoryBytes: limit,
  maxConcurrent: limit,
});

const principalClaims = z.object({
  sub: z.string(),
  tenant: z.number().int().positive(),
  project: z.string().regex(/^\d+$/),
  scopes: z.array(z.string()),
  // Empty while the tenant's cell is being set up, when only administration is granted.
  db: z.string(),
  retention_days: z.number().int().positive(),
  query: queryLimitClaims.optional(),
});

function fromClaims(claims: JWTPayload): Caller {
  if (claims.kind === 'service') return { kind: 'service', service: z.string().parse(claims.sub) };
  if (claims.kind === 'admin') return { kind: 'admin', principal: z.string().min(1).parse(claims.sub) };
  const { sub, tenant, project, scopes, db, retention_days, query } = principalClaims.parse(claims);
  const tenancy = {
    tenantId: tenant,
    projectId: BigInt(project),
    database: db,
    retentionDays: retention_days,
    ...(query && { queryLimits: query }),
  };
  return { kind: 'principal', principal: sub, scopes, ...tenancy };
}

export type AssertionVerifier = (token: string) => Promise<Caller>;

/**
 * Verifies assertions for one audience. `fetchKeys` returns the gatekeeper's JWKS document; it is called at the first use and
 * again when a key id is unknown. Refuses with `unauthenticated`; a key service that is away is `unavailable`.
 */
export function createAssertionVerifier(
  audience: string,
  fetchKeys: () => Promise<string>,
): AssertionVerifier {
  let keySet: ReturnType<typeof createLocalJWKSet> | undefined;
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  const refresh = async () => {
    if (keySet && performance.now() - fetchedAtMs < KEY_REFETCH_FLOOR_MS) return;
    keySet = createLocalJWKSet(JSON.parse(await fetchKeys()) as JSONWebKeySet);
    fetchedAtMs = performance.now();
  };
  const verify = async (token: string) => {
    if (!keySet) await refresh();
    if (!keySet)
      throw new AppError('unavailable', 'Assertions cannot be verified: the gatekeeper has no keys.');
    const options = {
      issuer: ASSERTION_ISSUER,
      audience,
      algorithms: ['EdDSA'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub'],
    };
    return fromClaims((await jwtVerify(token, keySet, options)).payload);
  };
  return async (token) => {
    try {
      return await verify(token).catch(async (error: { code?: string }) => {
        if (error.code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
        await refresh();
        return verify(token);
      });
    } catch (cause) {
      throw refusal(cause);
    }
  };
}

/** Faults of the token become `unauthenticated`; anything else (no keys, no network) stays what it is. */
function refusal(cause: unknown): unknown {
  if (cause instanceof z.ZodError)
    return new AppError('unauthenticated', 'The assertion lacks a claim.', { cause });
  const code = (cause as { code?: unknown }).code;
  if (code === 'ERR_JWT_EXPIRED')
    return new AppError('unauthenticated', 'The assertion has expired.', { cause });
  if (typeof code !== 'string' || !/^ERR_J(WT|WS|WK|OSE)/.test(code)) return cause;
  return new AppError('unauthenticated', 'The assertion is not valid.', { cause });
}
