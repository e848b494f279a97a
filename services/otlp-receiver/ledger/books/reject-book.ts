import { toStoreTime } from '../../../../lib/store/timestamp.js';
import { remedyFor } from '../remedies.js';

/** Something that was refused, or stored otherwise than it was sent, as the one who sent it must be told. */
export interface NewReject {
  /** 0 before a tenant is known. */
  readonly tenantId: number;
  readonly projectId: bigint;
  /** `unknown` when the path names none. */
  readonly signal: 'traces' | 'metrics' | 'logs' | 'unknown';
  readonly database: string;
  readonly reason: string;
  /** The sentence that the exporter got. */
  readonly detail: string;
  readonly limit?: string | undefined;
  readonly measured?: string | undefined;
  /** Default: what helps against the reason. */
  readonly remedy?: string | undefined;
  readonly serviceName?: string | undefined;
  /** Of the resource: name with its language, and version. */
  readonly sdkName?: string | undefined;
  readonly sdkVersion?: string | undefined;
  /** Names the exporter and its version. */
  readonly userAgent?: string | undefined;
  readonly items: number;
  readonly bytes: number;
  /** Default false. */
  readonly isStored?: boolean;
}

/** A row of `ingest_rejects`. */
export interface RejectRow {
  readonly TenantId: number;
  readonly ProjectId: string;
  readonly Signal: string;
  readonly FirstAt: string;
  readonly LastAt: string;
  readonly Reason: string;
  readonly IsStored: boolean;
  readonly ServiceName: string;
  readonly SdkName: string;
  readonly SdkVersion: string;
  readonly UserAgent: string;
  readonly Detail: string;
  readonly LimitText: string;
  readonly MeasuredText: string;
  readonly Remedy: string;
  readonly Requests: number;
  readonly Items: number;
  readonly Bytes: number;
}

interface Counted {
  readonly last: NewReject;
  readonly requests: number;
  readonly items: number;
  readonly bytes: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Different refusals of one tenant between two writes; further ones are in the ledger only. */
const MAX_PER_TENANT = 50;
const MAX_ROWS = 5_000;
const MAX_TEXT = 500;

/** Refusals since the book was last taken to the store. Equal ones (project, signal, reason, service, SDK) are one row. */
export class RejectBook {
  readonly #onDropped: () => void;
  #rows = new Map<string, Counted>();
  #perTenant = new Map<number, number>();

  constructor(onDropped: () => void) {
    this.#onDropped = onDropped;
  }

  record(reject: NewReject, nowMs: number = Date.now()): void {
    const key = keyOf(reject);
    const before = this.#rows.get(key);
    if (!before && !this.#hasRoom(reject.tenantId)) {
      this.#onDropped();
      return;
    }
    this.#rows.set(key, {
      last: reject,
      requests: (before?.requests ?? 0) + 1,
      items: (before?.items ?? 0) + reject.items,
      bytes: (before?.bytes ?? 0) + reject.bytes,
      firstMs: before?.firstMs ?? nowMs,
      lastMs: nowMs,
    });
  }

  /** Removes the rows of every database that is free, and returns them by database. */
  take(isFree: (database: string) => boolean): ReadonlyMap<string, readonly RejectRow[]> {
    const taken = new Map<string, RejectRow[]>();
    const left = new Map<string, Counted>();
    for (const [key, counted] of this.#rows) {
      const { database } = counted.last;
      if (isFree(database)) taken.set(database, [...(taken.get(database) ?? []), toRow(counted)]);
      else left.set(key, counted);
    }
    this.#rows = left;
    this.#perTenant = new Map();
    for (const { last } of left.values()) this.#count(last.tenantId);
    return taken;
  }

  #hasRoom(tenantId: number): boolean {
    if (this.#rows.size >= MAX_ROWS || (this.#perTenant.get(tenantId) ?? 0) >= MAX_PER_TENANT) return false;
    this.#count(tenantId);
    return true;
  }

  #count(tenantId: number): void {
    this.#perTenant.set(tenantId, (this.#perTenant.get(tenantId) ?? 0) + 1);
  }
}

function keyOf(reject: NewReject): string {
  const { tenantId, projectId, signal, reason, isStored = false, serviceName, userAgent } = reject;
  const { sdkName, sdkVersion } = reject;
  const sender = [serviceName, userAgent, sdkName, sdkVersion].map(short);
  return JSON.stringify([tenantId, String(projectId), signal, reason, isStored, ...sender]);
}

function toRow({ last, requests, items, bytes, firstMs, lastMs }: Counted): RejectRow {
  return {
    TenantId: last.tenantId,
    ProjectId: String(last.projectId),
    Signal: last.signal,
    FirstAt: toStoreTime(firstMs),
    LastAt: toStoreTime(lastMs),
    Reason: last.reason,
    IsStored: last.isStored ?? false,
    ServiceName: short(last.serviceName),
    SdkName: short(last.sdkName),
    SdkVersion: short(last.sdkVersion),
    UserAgent: short(last.userAgent),
    Detail: short(last.detail),
    LimitText: short(last.limit),
    MeasuredText: short(last.measured),
    Remedy: short(last.remedy ?? remedyFor(last.reason)),
    Requests: requests,
    Items: items,
    Bytes: bytes,
  };
}

/** Half of a surrogate pair at the end would be no text for the store. */
function short(text: string | undefined): string {
  return Buffer.from((text ?? '').slice(0, MAX_TEXT)).toString();
}
