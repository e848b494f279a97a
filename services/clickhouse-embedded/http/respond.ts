import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type ClickHouseException, httpStatusOf, renderException } from '../clickhouse-exception.js';
import type { ReadResult } from '../engine/read.js';
import { headerOf, type QueryRequest } from './query-request.js';

/** Sends a result. Rejects when the caller goes away before it has all of it. */
export async function sendResult(
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse },
  request: QueryRequest,
  result: ReadResult,
): Promise<void> {
  const { incoming, response } = exchange;
  const encoding = request.compressResponse ? acceptedEncoding(incoming) : undefined;
  response.statusCode = 200;
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
  if (result.kind === 'bytes' && encoding === undefined) {
    response.setHeader('Content-Length', result.bytes.length);
    response.end(result.bytes);
    return;
  }
  const source = result.kind === 'bytes' ? Readable.from([result.bytes]) : result.file.createReadStream();
  if (encoding === undefined) await pipeline(source, response);
  else
    await pipeline(source, encoder(encoding, request.settings.get('http_zlib_compression_level')), response);
}

/** Sends an error in ClickHouse's own words. */
export function sendException(
  response: ServerResponse,
  exception: ClickHouseException,
  version: string,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.statusCode = httpStatusOf(exception);
  response.setHeader('X-ClickHouse-Exception-Code', exception.code);
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  if (exception.code === 516 || exception.code === 194)
    response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse server HTTP API"');
  response.end(renderException(exception, version));
}

type Encoding = 'gzip' | 'deflate' | 'br';

function acceptedEncoding(incoming: IncomingMessage): Encoding | undefined {
  const accepted = (headerOf(incoming, 'accept-encoding') ?? '').toLowerCase().split(/[\s,]+/);
  const known: readonly Encoding[] = ['gzip', 'br', 'deflate'];
  return known.find((encoding) =>
    accepted.some((entry) => entry === encoding || entry.startsWith(`${encoding};`)),
  );
}

/** Level 3 is ClickHouse's default for its responses. */
function encoder(encoding: Encoding, levelText: string | undefined): Transform {
  const level = Number(levelText ?? 3);
  const bounded = Number.isInteger(level) && level >= 1 && level <= 9 ? level : 3;
  if (encoding === 'br')
    return zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: bounded } });
  return encoding === 'gzip' ? zlib.createGzip({ level: bounded }) : zlib.createDeflate({ level: bounded });
}
