import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { ClickHouseException } from '../clickhouse-exception.js';
import { headerOf } from './query-request.js';

/** Statements are read into memory, and inline INSERT data with them. */
export const MAX_STATEMENT_BODY_BYTES = 64 * 2 ** 20;

/** Reads the whole body into memory. @throws ClickHouseException when it is larger than `limitBytes` */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const remedy = 'send the statement in the query parameter and only the data as the body';
  for await (const chunk of decoded(request, limitBytes, remedy)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export interface SpoolTarget {
  /** File to make; it must not exist. */
  readonly path: string;
  /** Bytes that come before the body. */
  readonly lead: Buffer;
  readonly limitBytes: number;
}

/**
 * Writes the lead and the decoded body to a file. It rejects when the client goes away before the end of the body, so
 * that half an upload is never inserted.
 */
export async function spoolBody(request: IncomingMessage, target: SpoolTarget): Promise<void> {
  const file = createWriteStream(target.path, { flags: 'wx', mode: 0o600 });
  if (target.lead.length > 0) file.write(target.lead);
  await pipeline(decoded(request, target.limitBytes, 'split the insert'), file);
}

/** The body without its Content-Encoding; it fails above the limit and when the body ends too early. */
function decoded(request: IncomingMessage, limitBytes: number, remedy: string): Readable {
  const limit = new ByteLimit(limitBytes, remedy);
  const decoder = decoderFor(headerOf(request, 'content-encoding'));
  if (decoder === undefined) return feed(request, limit);
  feed(request, decoder);
  decoder.once('error', (error) => limit.destroy(asInflateError(error)));
  limit.once('close', () => decoder.destroy());
  return decoder.pipe(limit);
}

/** Like pipe, but knows an aborted upload, and leaves the socket open for the answer when the reader gives up. */
function feed<T extends Transform>(request: IncomingMessage, reader: T): T {
  const fail = (): void =>
    void reader.destroy(new Error('the client went away before the end of the request body'));
  request.once('error', fail);
  request.once('close', () => {
    if (!request.complete) fail();
  });
  reader.once('close', () => {
    request.unpipe(reader);
    request.resume();
  });
  request.pipe(reader);
  return reader;
}

function decoderFor(encoding: string | undefined): Transform | undefined {
  switch (encoding?.toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    default:
      throw new ClickHouseException(
        48,
        'NOT_IMPLEMENTED',
        `Unknown compression method: ${encoding}; use gzip, deflate or br`,
      );
  }
}

function asInflateError(error: NodeJS.ErrnoException): Error {
  const code = error.code ?? '';
  // zlib's codes start with Z_, Brotli's with ERR__ERROR.
  if (!code.startsWith('Z_') && !code.startsWith('ERR__ERROR')) return error;
  return new ClickHouseException(
    354,
    'ZLIB_INFLATE_FAILED',
    `inflate failed: the request body is damaged (${code})`,
  );
}

class ByteLimit extends Transform {
  private seenBytes = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly remedy: string,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.seenBytes += chunk.length;
    if (this.seenBytes <= this.limitBytes) {
      done(null, chunk);
      return;
    }
    const message = `Request body is larger than ${this.limitBytes} bytes after decompression: ${this.remedy}`;
    done(new ClickHouseException(229, 'QUERY_IS_TOO_LARGE', message));
  }
}
