import type { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { CertificateFacts } from './certificate-facts.js';

/** Somebody who presented a valid credential. What they may do follows from scopes and from where they belong. */
export interface Identity {
  /** Name of the token or user, or by what the certificate is known. */
  readonly name: string;
  readonly kind: 'token' | 'user' | 'certificate';
  readonly scopes: readonly string[];
  /**
   * Covers exactly one project, or every project of a tenant, or those that somebody else says. What covers everything may list it,
   * and open nothing.
   */
  readonly coverage:
    | { readonly projectId: bigint }
    | { readonly tenantId: number }
    | { readonly everything: true }
    | { readonly membership: Membership };
}

/** Where a project is, as the one says who knows its members. */
export interface ProjectPlace {
  /** Undefined where it is only claimed that the project is the identity's; then no refusal says anything about it. */
  readonly path: string | undefined;
  /** Top-level namespace: the only tenant that the project may belong to. */
  readonly rootNamespaceId: bigint;
}

/** Projects of an identity that only another system knows. Rejects with `unavailable` while that one cannot be asked. */
export interface Membership {
  /** Undefined when the identity has no such project; throws `permission_denied` when its role there does not suffice. */
  find(projectId: bigint, action: Action): Promise<ProjectPlace | undefined>;
  /** Ids of projects that it may read; incomplete when there are too many to list. */
  list(): Promise<{ readonly projectIds: readonly bigint[]; readonly isComplete: boolean }>;
}

/** Knows tokens. Returns undefined for a token that is not its own, so that the next provider is asked. */
export interface TokenIdentityProvider {
  findByToken(token: string): Promise<Identity | undefined>;
}

/** Knows client certificates. */
export interface CertificateIdentityProvider {
  findByCertificate(facts: CertificateFacts): Identity | undefined;
}

/** Knows users with passwords. */
export interface PasswordIdentityProvider {
  /** The user when the password is right; takes the same time when the user does not exist. */
  findByPassword(username: string, password: string): Promise<Identity | undefined>;
  findByUsername(username: string): Identity | undefined;
}
