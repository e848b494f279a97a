import type { CertificateFacts } from './certificate-facts.js';

/** Somebody who presented a valid credential. What they may do follows from scopes and from where they belong. */
export interface Identity {
  /** Name of the token or user, or by what the certificate is known. */
  readonly name: string;
  readonly kind: 'token' | 'user' | 'certificate';
  readonly scopes: readonly string[];
  /** Covers exactly one project, or every project of a tenant. */
  readonly coverage: { readonly projectId: bigint } | { readonly tenantId: number };
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
