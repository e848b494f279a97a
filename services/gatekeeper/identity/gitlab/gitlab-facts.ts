import { z } from 'zod';
import type { FactKind } from '../../facts/fact.js';

/** What GitLab says, reduced to what decides. */

const MINUTE_MS = 60_000;
const NEGATIVE_TTL_MS = 30_000;
const id = z.int().min(1);
/** A day such as 2026-12-31: something that expires then is over when the day begins, UTC. */
const expiry = z.string().nullish();
const no = z.object({ is: z.literal('no'), why: z.string() });
export type No = z.infer<typeof no>;

function kindOf<S extends z.ZodType<{ readonly is: 'yes' }>>(name: string, schema: S, ttlMs: number) {
  const whole = z.union([schema, no]);
  return {
    name,
    schema: whole,
    ttlMs,
    negativeTtlMs: NEGATIVE_TTL_MS,
    isPositive: ({ is }: { is: 'yes' | 'no' }) => is === 'yes',
  } as FactKind<z.infer<S> | No>;
}

export const tokenBody = z.object({
  id,
  name: z.string(),
  scopes: z.array(z.string()),
  user_id: id,
  active: z.boolean(),
  revoked: z.boolean(),
  expires_at: expiry,
});
export const userBody = z.object({ id, username: z.string(), state: z.string() });
export const memberBody = z.object({
  id,
  state: z.string(),
  access_level: z.int(),
  expires_at: expiry,
  membership_state: z.string().optional(),
});
export const projectBody = z.object({
  id,
  path_with_namespace: z.string(),
  namespace: z.object({ id, full_path: z.string(), parent_id: id.nullish() }),
});
export const namespaceBody = z.object({ id, full_path: z.string(), parent_id: id.nullish() });
export const projectListBody = z.array(z.object({ id }));

const yes = z.literal('yes');
const tokenFact = z.object({
  is: yes,
  id,
  name: z.string(),
  userId: id,
  scopes: z.array(z.string()),
  expiresAt: expiry,
});
const userFact = z.object({ is: yes, username: z.string() });
const memberFact = z.object({ is: yes, level: z.int(), expiresAt: expiry });
const placeFact = z.object({ is: yes, path: z.string(), rootId: id });
const listFact = z.object({ is: yes, projectIds: z.array(id), isComplete: z.boolean() });

export type TokenFact = z.infer<typeof tokenFact>;
export type UserFact = z.infer<typeof userFact>;
export type MemberFact = z.infer<typeof memberFact>;
export type PlaceFact = z.infer<typeof placeFact>;
export type ProjectListFact = z.infer<typeof listFact>;

export const TOKEN = kindOf('gitlab_token', tokenFact, MINUTE_MS);
export const USER = kindOf('gitlab_user', userFact, 5 * MINUTE_MS);
export const MEMBER = kindOf('gitlab_member', memberFact, 2 * MINUTE_MS);
export const PLACE = kindOf('gitlab_place', placeFact, 5 * MINUTE_MS);
export const PROJECT_LIST = kindOf('gitlab_project_list', listFact, 2 * MINUTE_MS);

export const isOver = (expiresAt: string | null | undefined, nowMs: number): boolean =>
  typeof expiresAt === 'string' && Date.parse(expiresAt) <= nowMs;
