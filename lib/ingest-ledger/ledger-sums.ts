import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LedgerSumsSchema } from '../../gen/es/gob/ingest/v1/ledger_pb.js';

/** Columns of a statement that adds up `ingest_ledger`; the key columns are the statement's. */
export const LEDGER_SUMS = `sum(ReceivedItems) AS receivedItems, sum(ReceivedBytes) AS receivedBytes,
  sum(StoredItems) AS storedItems, sum(StoredBytes) AS storedBytes,
  sum(DuplicateItems) AS duplicateItems, sum(DuplicateBytes) AS duplicateBytes,
  sum(RejectedItems) AS rejectedItems, sum(RejectedBytes) AS rejectedBytes, sum(RejectedRequests) AS rejectedRequests,
  sum(SetAsideItems) AS setAsideItems, sum(SetAsideBytes) AS setAsideBytes, sum(LimitedItems) AS limitedItems`;

type Column =
  | `${'received' | 'stored' | 'duplicate' | 'rejected' | 'setAside'}${'Items' | 'Bytes'}`
  | 'rejectedRequests'
  | 'limitedItems';

/** 64-bit integers come as text. What a statement does not group by is left out. */
export type LedgerSumsRow = { readonly [column in Column]: string } & {
  readonly project?: string;
  readonly signal?: string;
  readonly service?: string;
  readonly reason?: string;
};

export function toLedgerSums(row: LedgerSumsRow): MessageInitShape<typeof LedgerSumsSchema> {
  const amount = (items: string, bytes: string) => ({ items: BigInt(items), bytes: BigInt(bytes) });
  return {
    projectId: BigInt(row.project ?? 0),
    signal: row.signal ?? '',
    service: row.service ?? '',
    reason: row.reason ?? '',
    received: amount(row.receivedItems, row.receivedBytes),
    stored: amount(row.storedItems, row.storedBytes),
    duplicate: amount(row.duplicateItems, row.duplicateBytes),
    rejected: amount(row.rejectedItems, row.rejectedBytes),
    rejectedRequests: BigInt(row.rejectedRequests),
    setAside: amount(row.setAsideItems, row.setAsideBytes),
    limitedItems: BigInt(row.limitedItems),
  };
}
