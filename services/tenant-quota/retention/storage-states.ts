import type { StorageState, TenantRecord } from '../registry/tenant-record.js';
import type { TenantView } from '../registry/tenant-registry.js';
import type { TenantOutcome } from './plan.js';

/** Share of the quota from which a tenant is warned. */
export const SOFT_SHARE = 0.8;

const NOTHING: Omit<StorageState, 'tenantId' | 'version'> = {
  ...{ stage: 'ok', ingestStopReason: '', acceptFromDay: 0, cutAtLimitBytes: 0 },
};

/** First day that is accepted: what an earlier quota cut off, until there is a larger one. */
export function acceptFromDayOf({ state, limits }: Pick<TenantView, 'state' | 'limits'>): number {
  if (!state || limits.storageBytes > state.cutAtLimitBytes) return 0;
  return state.acceptFromDay;
}

/** What holds for a tenant after its days were dropped or its ingest stopped, or after neither. */
export function nextState(view: TenantView, outcome: TenantOutcome): Omit<StorageState, 'version'> {
  const { record, limits } = view;
  const { bytes, acceptFromDay, isOverToday } = outcome;
  const isCut = acceptFromDay > 0;
  const isNewCut = acceptFromDay > acceptFromDayOf(view);
  return {
    tenantId: record.tenantId,
    stage: isOverToday || isNewCut ? 'hard' : bytes >= SOFT_SHARE * limits.storageBytes ? 'soft' : 'ok',
    ingestStopReason: isOverToday ? stopReason(record, bytes, limits.storageBytes) : '',
    acceptFromDay,
    cutAtLimitBytes: isCut ? (isNewCut ? limits.storageBytes : (view.state?.cutAtLimitBytes ?? 0)) : 0,
  };
}

/** Whether a state says anything else than the one before. The figures in a stop's sentence alone are no news. */
export function isNews(before: StorageState | undefined, after: Omit<StorageState, 'version'>): boolean {
  const known = before ?? { ...NOTHING, tenantId: after.tenantId };
  return (
    known.stage !== after.stage ||
    (known.ingestStopReason === '') !== (after.ingestStopReason === '') ||
    known.acceptFromDay !== after.acceptFromDay ||
    known.cutAtLimitBytes !== after.cutAtLimitBytes
  );
}

function stopReason({ path }: TenantRecord, bytes: number, limitBytes: number): string {
  return `Tenant ${path} stores ${Math.round(bytes)} bytes with the data of today alone; its quota is ${limitBytes} bytes. Ingest is stopped until there is room: raise storage_bytes, or wait for the next day (UTC), when today's data can be dropped.`;
}
