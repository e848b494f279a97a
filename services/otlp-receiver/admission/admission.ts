/** Kinds of telemetry, as the ledger and the gatekeeper call them. */
export type ReceivedSignal = 'traces' | 'metrics' | 'logs';

/** An export before it is read: everything that decides whether it may be. */
export interface AdmissionQuestion {
  /** Undefined when the exporter presented none. A token decides alone, whatever certificate comes with it. */
  readonly token: string | undefined;
  /** DER of the certificate that the TLS handshake verified; the credential of exporters without a token. */
  readonly clientCertificate?: Uint8Array | undefined;
  /** Tenant and project named in the request path; 0 when it names none. */
  readonly pathTenantId: number;
  readonly pathProjectId: bigint;
  readonly signal: ReceivedSignal;
  /** Bytes of the body as they arrive. */
  readonly wireBytes: number;
}

/** A positive answer. */
export interface Admission {
  readonly tenantId: number;
  readonly projectId: bigint;
  /** Name of the token, for logs. */
  readonly principal: string;
  /** Database of the tenant's cell. */
  readonly database: string;
  readonly maxRequestBytes: number;
  readonly retentionDays: number;
  /** First UTC day that is accepted, in days since 1970; absent or 0 for none but the retention's. */
  readonly acceptFromDay?: number;
}

export interface Admissions {
  /**
   * Rejects with AppError: `unauthenticated`, `permission_denied`, `not_found`, `rate_limited` (with the delay), or
   * `unavailable` (with a delay) while nobody can tell.
   */
  admit(question: AdmissionQuestion): Promise<Admission>;
  close(): void;
}
