import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RejectSchema } from '../../gen/es/gob/ingest/v1/ledger_pb.js';

/** Columns of a statement that brings equal rows of `ingest_rejects` together. Texts are those of the last one. */
export const REJECT_COLUMNS = `toString(Signal) AS signal, toString(Reason) AS reason, IsStored AS stored,
  toString(ServiceName) AS service, toString(SdkName) AS sdkName, toString(SdkVersion) AS sdkVersion, UserAgent AS userAgent,
  argMax(Detail, LastAt) AS detail, argMax(LimitText, LastAt) AS limitText, argMax(MeasuredText, LastAt) AS measured,
  toString(argMax(Remedy, LastAt)) AS remedy, sum(Requests) AS requests, sum(Items) AS items, sum(Bytes) AS bytes,
  toUnixTimestamp64Milli(min(FirstAt)) AS firstMs, toUnixTimestamp64Milli(max(LastAt)) AS lastMs`;

/** What it groups by. */
export const REJECT_GROUP = 'signal, reason, stored, service, sdkName, sdkVersion, userAgent';

export interface RejectRow {
  readonly project?: string;
  readonly signal: string;
  readonly reason: string;
  readonly stored: boolean;
  readonly service: string;
  readonly sdkName: string;
  readonly sdkVersion: string;
  readonly userAgent: string;
  readonly detail: string;
  readonly limitText: string;
  readonly measured: string;
  readonly remedy: string;
  readonly requests: string;
  readonly items: string;
  readonly bytes: string;
  readonly firstMs: string;
  readonly lastMs: string;
}

export function toReject({
  project,
  limitText,
  firstMs,
  lastMs,
  ...row
}: RejectRow): MessageInitShape<typeof RejectSchema> {
  return {
    ...row,
    projectId: BigInt(project ?? 0),
    limit: limitText,
    requests: BigInt(row.requests),
    items: BigInt(row.items),
    bytes: BigInt(row.bytes),
    firstUnixMs: BigInt(firstMs),
    lastUnixMs: BigInt(lastMs),
  };
}
