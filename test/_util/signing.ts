import { signAssertion } from '../../lib/rpc/assertion.js';
import type { Caller, Principal } from '../../lib/rpc/caller.js';
import { loadSigningKeys } from '../../services/gatekeeper/keys/signing-keys.js';

export interface TestSigner {
  /** What verifiers are given instead of a gatekeeper. */
  readonly fetchKeys: () => Promise<string>;
  sign(caller: Caller, audience: string): Promise<string>;
}

/** Signs assertions as a gatekeeper would, with a key of its own. */
export async function createTestSigner(): Promise<TestSigner> {
  const keys = await loadSigningKeys(undefined);
  return {
    fetchKeys: async () => keys.jwksJson,
    sign: (caller, audience) => signAssertion(keys.current, caller, audience),
  };
}

/** What an instance allows at most, so that its settings are the limits. */
const NO_OWN_LIMITS = {
  maxSeconds: 300,
  maxReadRows: 1e12,
  maxReadBytes: 2 ** 50,
  maxMemoryBytes: 2 ** 40,
  maxConcurrent: 1_000,
};

/** A principal of tenant 1, project 1 unless told otherwise. */
export function testPrincipal(overrides: Partial<Principal> = {}): Principal {
  return {
    kind: 'principal',
    principal: 'tester',
    tenantId: 1,
    projectId: 1n,
    scopes: ['read_observability'],
    database: 'gob_cell_default',
    retentionDays: 30,
    queryLimits: NO_OWN_LIMITS,
    ...overrides,
  };
}
