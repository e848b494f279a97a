import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { AppError } from '../../../lib/errors/app-error.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import type { ByteLease } from '../pipeline/byte-budget.js';

export type AnyRequest = IncomingMessage | Http2ServerRequest;

export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** Counts the bytes while they arrive. */
  readonly lease: ByteLease;
  /** Finds out who sends and assigns the lease, when nothing more may be read before. The body waits for it. */
  readonly identify: () => Promise<void>;
  readonly timeoutMs: number;
}

/** So many pieces are made one: each costs some 200 bytes besides its own, and a client may send single bytes. */
const GATHERED_PIECES = 1_024;

/** For a whole body. Slow uplinks exist; clients that never finish do as well. */
export const BODY_TIMEOUT_MS = 30_000;
/** Time for a client to finish a body that nobody reads, so that it gets to read the answer. */
const DISCARD_TIMEOUT_MS = 10_000;

/** `Content-Length`, if there is one; chunked bodies have none. */
export function declaredLength(request: AnyRequest): number | undefined {
  const text = request.headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function bodyTooLarge(maxBytes: number, declaredBytes?: number): LimitExceeded {
  const size = declaredBytes === undefined ? `more than ${maxBytes}` : String(declaredBytes);
  return new LimitExceeded(
    'payload_too_large',
    `The body is ${size} bytes; the limit is ${maxBytes}. Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).`,
    { limit: `${maxBytes} bytes`, measured: `${size} bytes` },
  );
}

/**
 * The body as it comes from the wire. Throws AppError: `payload_too_large` as soon as the limit is passed, `cancelled` when
 * the client goes away, `invalid_argument` when it takes longer than `timeoutMs`, or what the lease throws.
 */
export function readBody(request: AnyRequest, options: ReadBodyOptions): Promise<Buffer> {
  const { maxBytes, lease, identify, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let pieces = 0;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      request.on('error', () => undefined);
      settle();
    };
    const fail = (error: unknown) => finish(() => reject(error));
    const onGone = () => fail(new AppError('cancelled', 'The client went away while sending.'));
    const onEnd = () => finish(() => resolve(Buffer.concat(chunks, size)));
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return fail(bodyTooLarge(maxBytes));
      try {
        lease.grow(chunk.length);
      } catch (error) {
        return fail(error);
      }
      chunks.push(chunk);
      if (++pieces % GATHERED_PIECES === 0) chunks.push(Buffer.concat(chunks.splice(-GATHERED_PIECES)));
      if (!lease.needsOwner || request.isPaused()) return;
      request.pause();
      identify().then(() => request.resume(), fail);
    };
    const timer = setTimeout(() => fail(tooSlow(timeoutMs)), timeoutMs);
    if (request.destroyed) return onGone();
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/** Lets the rest of a refused body flow past, for a while; a client that is cut off while sending may miss the answer. */
export function discardBody(request: AnyRequest): void {
  if (request.readableEnded || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), DISCARD_TIMEOUT_MS);
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  request.resume();
}

export function tooSlow(timeoutMs: number): AppError {
  return new AppError('invalid_argument', `The body did not arrive within ${timeoutMs / 1000} s.`, {
    field: 'body',
  });
}
