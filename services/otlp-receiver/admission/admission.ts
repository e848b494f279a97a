import type { CloudConnectorHeaders } from '../../../lib/auth/cloud-connector-headers.js';
import type { AskRoom } from '../derived/room.js';

/** Kinds of telemetry, as the ledger and the gatekeeper call them. */
export type ReceivedSignal = 'traces' | 'metrics' | 'logs';

/** An export before it is read: everything that decides whether it may be. */
export interface AdmissionQuestion {
  /** Undefined when the exporter presented none. A token decides alone, whatever certificate comes with it. */
  readonly token: string | undefined;
  /** What GitLab presents on its own paths; goes before everything else. */
  readonly cloudConnector?: CloudConnectorHeaders | undefined;
  /** DER of the certificate that the TLS handshake verified; the credential of exporters without a token. */
  readonly clientCertificate?: Uint8Array | undefined;
  /** Tenant and project named in the request path; 0 when it names none. */
  readonly pathTenantId: number;
  readonly pathProjectId: bigint;
  readonly signal: ReceivedSignal;
  /** Bytes of the body as they arrive. */
  readonly wireBytes: number;
  /** Where the exporter connects from, for the audit log. */
  readonly clientAddress?: string | undefined;
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
  /** What labels and attributes may take on; absent for a gatekeeper that does not say. */
  readonly cardinality?: CardinalityLimits;
}

/** Every one at least 1. */
export interface CardinalityLimits {
  /** Series of metrics with labels of their own, of all projects and per UTC day. */
  readonly maxMetricSeries: number;
  /** In the catalogue of attributes per project, signal, source and UTC day. */
  readonly maxAttributeKeys: number;
  readonly maxAttributeValuesPerKey: number;
}

export interface Admissions {
  /**
   * At once when this process knows the sender and holds enough of its limit, else after asking. Throws or rejects with
   * AppError: `unauthenticated`, `permission_denied`, `not_found`, `rate_limited` (with the delay), `payload_too_large` (more than
   * the whole limit), or `unavailable` (with a delay) while nobody can tell.
   */
  admit(question: AdmissionQuestion): Admission | Promise<Admission>;
  /** Counts the items of a request that was admitted, which are known only when it has been read. */
  settle(admission: Admission, signal: ReceivedSignal, items: number): void;
  /** Room under a cap of a sender that was admitted. Undefined when nobody can tell; never rejects. */
  readonly takeRoom: AskRoom;
  close(): Promise<void> | void;
}
