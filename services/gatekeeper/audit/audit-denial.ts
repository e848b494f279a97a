import { AppError } from '../../../lib/errors/app-error.js';
import type { ErrorCode } from '../../../lib/errors/catalogue.js';
import type { AuditLog } from './audit-log.js';

const DENIALS: ReadonlySet<ErrorCode> = new Set([
  'unauthenticated',
  'permission_denied',
  'not_found',
  'rate_limited',
]);

export interface Denial {
  /** Which call or door. */
  readonly call: string;
  readonly error: unknown;
  readonly request: object;
}

/** Notes that somebody was denied something; faults and bad requests are no denials. */
export function auditDenial(audit: AuditLog, { call, error, request }: Denial): void {
  if (!(error instanceof AppError) || !DENIALS.has(error.code)) return;
  const address = 'clientAddress' in request ? String(request.clientAddress) || undefined : undefined;
  const event = call === 'sign_in' ? 'sign_in' : 'denied';
  audit.record({ event, outcome: 'refused', via: call, address, code: error.code, reason: error.message });
}
