import type { ReceivedSignal } from '../admission/admission.js';

/** Items that are stored, but not as they were sent: something of them went over a limit. */
export interface Limited {
  readonly tenantId: number;
  readonly projectId: bigint;
  /** Database of the tenant's cell, as the admission says. */
  readonly database: string;
  readonly signal: ReceivedSignal;
  /** Of a small fixed set, such as `series_cap`: a label of metrics. */
  readonly reason: string;
  /** A sentence that names what was limited. */
  readonly detail: string;
  /** Both with their unit. */
  readonly limit: string;
  readonly measured: string;
  /** A sentence that says what helps. */
  readonly remedy: string;
  readonly serviceName?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly items: number;
}
