import { z } from 'zod';
import type { LedgerAmount, LedgerSums, Reject } from '../../../gen/es/gob/ingest/v1/ledger_pb.js';
import { int64 } from './schemas.js';

const amount = z.object({ items: int64, bytes: int64 });
const reasons = z
  .array(z.object({ reason: z.string(), items: int64, bytes: int64, requests: int64 }))
  .describe(
    'By reason: a reject reason of items, or the code of the error. In lists of services none: ask the ledger for the service.',
  );

/** received = stored + duplicate + rejected + set_aside + pending − uncounted */
export const ledgerFields = {
  received: amount.describe('Everything that arrived: items, and bytes after decompression.'),
  accepted: amount.describe('received − duplicate − rejected: acknowledged, to be stored.'),
  stored: amount.describe('In the tables, and found by queries.'),
  pending: amount.describe(
    'Accepted and not stored yet: mostly on the disk of a receiver. What a receiver that was killed had stored and not counted stays here.',
  ),
  duplicate: amount.describe('The same export again within minutes: acknowledged, and not stored twice.'),
  rejected: amount.extend({ reasons }).describe('Refused. Requests that were not read count in bytes alone.'),
  set_aside: amount
    .extend({ reasons })
    .describe('Accepted, but refused by the store or lost by a disk: kept for the operator.'),
  limited: z
    .object({ items: int64, reasons: z.array(z.object({ reason: z.string(), items: int64 })) })
    .describe('Among the stored ones: items of which something was over a limit and left out or merged.'),
  uncounted: amount.describe('Stored, and not counted on arrival, because a receiver was killed; else 0.'),
};
const ledgerObject = z.object(ledgerFields);
type LedgerJson = z.infer<typeof ledgerObject>;

interface Sum {
  items: bigint;
  bytes: bigint;
}

/** Brings the sums of all reasons together. */
export function toLedgerJson(sums: readonly LedgerSums[]): LedgerJson {
  const received = total(sums, (sum) => sum.received);
  const duplicate = total(sums, (sum) => sum.duplicate);
  const rejected = total(sums, (sum) => sum.rejected);
  const stored = total(sums, (sum) => sum.stored);
  const setAside = total(sums, (sum) => sum.setAside);
  const accepted = minus(received, duplicate, rejected);
  const left = minus(accepted, stored, setAside);
  return {
    ...{ received, accepted: atLeastZero(accepted), stored, pending: atLeastZero(left), duplicate },
    rejected: { ...rejected, reasons: byReason(sums, 'rejected') },
    set_aside: { ...setAside, reasons: byReason(sums, 'setAside') },
    limited: toLimited(sums),
    uncounted: atLeastZero({ items: -left.items, bytes: -left.bytes }),
  };
}

function total(sums: readonly LedgerSums[], of: (sum: LedgerSums) => LedgerAmount | undefined): Sum {
  const result = { items: 0n, bytes: 0n };
  for (const sum of sums) {
    result.items += of(sum)?.items ?? 0n;
    result.bytes += of(sum)?.bytes ?? 0n;
  }
  return result;
}

function minus(from: Sum, ...taken: readonly Sum[]): Sum {
  const rest = { ...from };
  for (const { items, bytes } of taken) {
    rest.items -= items;
    rest.bytes -= bytes;
  }
  return rest;
}

const positive = (value: bigint) => (value > 0n ? value : 0n);
const atLeastZero = ({ items, bytes }: Sum): Sum => ({ items: positive(items), bytes: positive(bytes) });

function byReason(sums: readonly LedgerSums[], kind: 'rejected' | 'setAside') {
  return groupBy(sums, ({ reason }) => reason).flatMap(([reason, group]) => {
    const requests = kind === 'rejected' ? group.reduce((sum, one) => sum + one.rejectedRequests, 0n) : 0n;
    const { items, bytes } = total(group, (sum) => sum[kind]);
    return reason !== '' && items + bytes + requests > 0n ? [{ reason, items, bytes, requests }] : [];
  });
}

function toLimited(sums: readonly LedgerSums[]) {
  const reasons = groupBy(sums, ({ reason }) => reason).flatMap(([reason, group]) => {
    const items = group.reduce((sum, one) => sum + one.limitedItems, 0n);
    return reason !== '' && items > 0n ? [{ reason, items }] : [];
  });
  return { items: sums.reduce((sum, { limitedItems }) => sum + limitedItems, 0n), reasons };
}

/** Groups in the order of their first member. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups];
}

export const rejectJson = z.object({
  project_id: int64.optional().describe('Only in the answers for administrators.'),
  first_at: z.string().meta({ format: 'date-time' }),
  last_at: z.string().meta({ format: 'date-time' }),
  signal: z.string().describe('traces, metrics or logs; unknown when the path names none.'),
  reason: z.string().describe('Stable code.'),
  stored: z.boolean().describe('True: nothing was refused; it is stored, but not as it was sent.'),
  service_name: z.string().describe('Of the first resource; empty when it has none or was not read.'),
  sdk_name: z.string(),
  sdk_version: z.string(),
  user_agent: z.string().describe('How the exporter names itself.'),
  detail: z.string().describe('The sentence that the exporter got the last time.'),
  limit: z.string().describe('The limit with its unit; empty when it is not about one.'),
  measured: z.string().describe('What was measured the last time, with its unit.'),
  remedy: z.string().describe('What helps.'),
  requests: int64,
  items: int64,
  bytes: int64,
});

export function toRejectJson(reject: Reject): z.infer<typeof rejectJson> {
  const { projectId, signal, reason, stored, detail, limit, measured, remedy } = reject;
  const at = (unixMs: bigint) => new Date(Number(unixMs)).toISOString();
  return {
    ...(projectId > 0n && { project_id: projectId }),
    ...{ first_at: at(reject.firstUnixMs), last_at: at(reject.lastUnixMs), signal, reason, stored },
    ...{ service_name: reject.service, sdk_name: reject.sdkName, sdk_version: reject.sdkVersion },
    ...{ user_agent: reject.userAgent, detail, limit, measured, remedy },
    ...{ requests: reject.requests, items: reject.items, bytes: reject.bytes },
  };
}
