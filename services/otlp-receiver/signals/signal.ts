import type { ReceivedSignal } from '../admission/admission.js';
import type { Transcode } from '../transcode/transcode.js';
import type { ItemPath } from '../transcode/wire/count-items.js';

/** Columns that are written, as their table spells them. */
export type TableColumns = () => Readonly<Record<string, { readonly type: string }>>;

/** What every signal's response says when items were refused, or with 0 refused as a warning. */
export interface PartialSuccess {
  readonly rejected: bigint;
  /** English, naming the first refused item, or what the sender should know. */
  readonly errorMessage: string;
}

/** Everything that differs between one kind of telemetry and another. */
export interface SignalDefinition {
  /** Last segment of the HTTP paths, and label of the ledger. */
  readonly name: ReceivedSignal;
  /** What its items are called in sentences, in the plural. */
  readonly items: string;
  /** Full name of the gRPC service whose one method is `Export`. */
  readonly grpcService: string;
  /** Tables that its items go to. */
  readonly tables: Readonly<Record<string, TableColumns>>;
  /** The protobuf form of an OTLP/JSON request. Throws AppError `malformed_payload`. */
  readonly readJson: (body: Uint8Array) => Uint8Array;
  /** Field numbers from the request down to its items. */
  readonly itemPath: ItemPath;
  readonly transcode: Transcode;
  /** The response, in which a full success leaves `partial_success` unset, as the OTLP specification demands. */
  readonly encodeResponse: (partial: PartialSuccess | undefined) => Uint8Array;
  readonly responseToJson: (partial: PartialSuccess | undefined) => unknown;
}
