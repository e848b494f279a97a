import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Counter } from '../../../lib/telemetry/metrics.js';

/** What is worth knowing afterwards. No field ever holds a secret or anything made of one. */
export interface AuditRow {
  readonly event: 'sign_in' | 'sign_out' | 'denied' | 'new_address' | 'rate_limited';
  readonly outcome: 'granted' | 'refused';
  /** Which call or door. */
  readonly via: string;
  /** Token, user or certificate, where it is known. */
  readonly principal?: string | undefined;
  readonly tenantId?: number | undefined;
  readonly projectId?: bigint | string | undefined;
  /** Where the request came from, as the one who asked saw it. */
  readonly address?: string | undefined;
  /** Stable code of the catalogue. */
  readonly code?: string | undefined;
  /** The sentence that the caller got. */
  readonly reason?: string | undefined;
}

export interface AuditLogOptions {
  readonly logger: Logger;
  readonly rows: Counter<'event' | 'outcome'>;
  readonly nowMs?: () => number;
}

interface Repeated {
  readonly row: AuditRow;
  more: number;
}

const PERIOD_MS = 60_000;
/** Different rows in a period. Anybody can cause denials, so that their number must not depend on how many somebody causes. */
const MAX_ROWS_PER_PERIOD = 1_000;
const MAX_TEXT = 300;

/**
 * The audit log: one line per row in the process's log, marked `audit: true`. The same row again within a minute is counted and
 * written once more, with how often, when the minute is over.
 */
export class AuditLog implements Closable {
  readonly #logger: Logger;
  readonly #rows: AuditLogOptions['rows'];
  readonly #seen = new Map<string, Repeated>();
  readonly #timer: NodeJS.Timeout;
  #leftOut = 0;

  constructor({ logger, rows }: AuditLogOptions) {
    this.#logger = logger.child({ audit: true });
    this.#rows = rows;
    this.#timer = setInterval(() => this.#endPeriod(), PERIOD_MS).unref();
  }

  record(row: AuditRow): void {
    this.#rows.inc({ event: row.event, outcome: row.outcome });
    const short = {
      ...row,
      reason: row.reason?.slice(0, MAX_TEXT),
      principal: row.principal?.slice(0, MAX_TEXT),
    };
    const key = keyOf(short);
    const seen = this.#seen.get(key);
    if (seen) seen.more += 1;
    else if (this.#seen.size >= MAX_ROWS_PER_PERIOD) this.#leftOut += 1;
    else {
      this.#seen.set(key, { row: short, more: 0 });
      this.#write(short);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#endPeriod();
  }

  #endPeriod(): void {
    for (const { row, more } of this.#seen.values()) if (more > 0) this.#write(row, { times: more });
    if (this.#leftOut > 0)
      this.#logger.warn(
        { rows: this.#leftOut },
        'audit: too many different rows in a minute, these were left out',
      );
    this.#seen.clear();
    this.#leftOut = 0;
  }

  #write(row: AuditRow, extra: { readonly times?: number } = {}): void {
    const { projectId, ...fields } = row;
    const project = projectId === undefined ? {} : { projectId: String(projectId) };
    this.#logger.info({ ...fields, ...project, ...extra }, `audit: ${row.event} ${row.outcome}`);
  }
}

/** Figures in a reason change with every request and make no other row. */
function keyOf({
  event,
  outcome,
  via,
  principal,
  tenantId,
  projectId,
  address,
  code,
  reason,
}: AuditRow): string {
  const parts = [event, outcome, via, principal, tenantId, projectId && String(projectId), address, code];
  return JSON.stringify([...parts, reason?.replaceAll(/\d+(\.\d+)?/g, '#')]);
}
