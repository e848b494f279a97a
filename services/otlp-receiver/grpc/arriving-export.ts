import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Admission } from '../admission/admission.js';
import type { Compression } from '../http/negotiation.js';
import { BODY_TIMEOUT_MS, tooSlow } from '../http/read-body.js';
import type { Arrival } from '../ledger/turned-away.js';
import type { ByteLease } from '../pipeline/byte-budget.js';
import type { SignalDefinition } from '../signals/signal.js';
import type { DataStream } from './call-stream.js';
import type { ExportOptions } from './export-signal.js';
import { senderOf } from './sender-of.js';
import { toServerError } from './to-server-error.js';

/** What the method needs of its message's arrival. */
export interface Arrived {
  readonly lease: ByteLease;
  readonly compression: Compression;
  readonly startedMs: number;
  /** To be told as soon as the sender is known. */
  readonly onAdmitted: () => void;
}

export interface ArrivingOptions extends ExportOptions {
  readonly signal: SignalDefinition;
  readonly call: ServerInterceptingCallInterface;
  readonly stream: DataStream | undefined;
  readonly compression: Compression;
  /** The sender may have more under way from now on. */
  readonly onAdmitted: () => void;
}

/** A piece costs about this much besides its own bytes, for as long as the message is not complete. */
const PIECE_BYTES = 256;
/** Sixteen MiB in the smallest frames that a usual client sends are a quarter of this. */
const MAX_PIECES = 100_000;

const byMetadata = new WeakMap<Metadata, Arrived>();

export function arrivedWith(metadata: Metadata): Arrived {
  const arrived = byMetadata.get(metadata);
  if (!arrived) throw new Error('The call was not watched while it arrived.');
  return arrived;
}

/**
 * Holds the message of one Export call to the budget while it arrives: the library gathers it whatever its size and
 * number, long before anybody is asked whose it is.
 */
export class ArrivingExport {
  readonly #options: ArrivingOptions;
  readonly #lease: ByteLease;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Whose it is, as far as is known when it is refused. */
  readonly #arrival: Arrival = { bytes: 0, isEntered: false, userAgent: undefined };
  #metadata: Metadata | undefined;
  #pieces = 0;
  #bytes = 0;
  #isOver = false;
  #isHandedOver = false;

  constructor(options: ArrivingOptions) {
    this.#options = options;
    this.#lease = options.ingest.lease();
    this.#timer = setTimeout(() => this.#refuse(tooSlow(BODY_TIMEOUT_MS)), BODY_TIMEOUT_MS).unref();
    options.stream?.on('data', (piece: Buffer) => this.#onPiece(piece));
  }

  begin(metadata: Metadata): void {
    const { compression, onAdmitted } = this.#options;
    this.#metadata = metadata;
    byMetadata.set(metadata, { lease: this.#lease, compression, startedMs: this.#startedMs, onAdmitted });
  }

  /** True when the message is to be passed on, and the method answers for it; false when it was refused with its last piece. */
  complete(): boolean {
    if (this.#isOver) return false;
    this.#isHandedOver = true;
    this.#end();
    return true;
  }

  /** The call is over. */
  cancel(): void {
    this.#end();
    if (!this.#isHandedOver) this.#lease.release();
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #onPiece(piece: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#hold(piece);
      if (this.#lease.needsOwner) this.#findOwner();
    } catch (error) {
      this.#refuse(error);
    }
  }

  #hold(piece: Buffer): void {
    this.#pieces += 1;
    this.#bytes += piece.length;
    if (this.#pieces > MAX_PIECES) throw tooFine();
    this.#lease.grow(Math.max(piece.length, PIECE_BYTES));
  }

  /** Nothing more is read before it is known for whom. */
  #findOwner(): void {
    const { stream } = this.#options;
    const admitted = this.#identify();
    if (!(admitted instanceof Promise)) {
      this.#own(admitted);
      return;
    }
    stream?.pause();
    admitted
      .then((admission) => {
        if (this.#isOver) return;
        this.#own(admission);
        stream?.resume();
      })
      .catch((error) => this.#refuse(error));
  }

  #identify(): Admission | Promise<Admission> {
    const { ingest, signal, call, trustedProxies } = this.#options;
    const metadata = this.#metadata;
    if (!metadata) throw new AppError('internal', 'A message came before its head.');
    const sender = senderOf({ metadata, peer: call.getPeer() }, trustedProxies);
    return ingest.admit({ ...sender, signal: signal.name, wireBytes: 0 }, this.#arrival);
  }

  #own({ tenantId }: Admission): void {
    this.#lease.assign(tenantId);
    this.#options.onAdmitted();
  }

  #refuse(thrown: unknown): void {
    if (this.#isOver) return;
    const { call, turnedAway, ledger, signal } = this.#options;
    const error = toAppError(thrown);
    const userAgent = this.#metadata?.get('user-agent')[0]?.toString();
    turnedAway.enter({ ...this.#arrival, signal: signal.name, bytes: this.#bytes, userAgent }, error);
    this.#end();
    this.#lease.release();
    ledger.answered('grpc', error.code, this.#startedMs);
    call.sendStatus(toServerError(error));
  }
}

function tooFine(): AppError {
  const message = `The message came in more than ${MAX_PIECES} pieces. Send larger HTTP/2 frames.`;
  return new AppError('payload_too_large', message);
}
