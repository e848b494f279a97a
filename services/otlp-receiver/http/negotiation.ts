import { AppError } from '../../../lib/errors/app-error.js';
import type { Encoding } from '../ingest/received-export.js';

/** Exporters compare the response's type as a string, so it carries no parameters. */
export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** The encoding that a content type names, parameters ignored; undefined for any other type. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf) return 'protobuf';
  return mediaType === MEDIA_TYPES.json ? 'json' : undefined;
}

export function requireEncoding(contentType: string | undefined): Encoding {
  const encoding = encodingOf(contentType);
  if (encoding) return encoding;
  const got = contentType === undefined ? 'none' : `"${contentType.slice(0, 100)}"`;
  throw new AppError(
    'unsupported_media_type',
    `Content-Type must be ${MEDIA_TYPES.protobuf} or ${MEDIA_TYPES.json}, got ${got}.`,
    { field: 'Content-Type' },
  );
}

export type Compression = 'gzip' | 'deflate' | 'zstd' | 'identity';

/** For `Accept-Encoding`, in answers to other codings. */
export const COMPRESSIONS = 'gzip, deflate, zstd';

export function requireCompression(contentEncoding: string | undefined): Compression {
  const coding = contentEncoding?.trim().toLowerCase() || 'identity';
  if (coding === 'gzip' || coding === 'x-gzip') return 'gzip';
  // The Collector's name for the zlib form, which HTTP calls deflate.
  if (coding === 'zlib') return 'deflate';
  if (coding === 'deflate' || coding === 'zstd' || coding === 'identity') return coding;
  throw new AppError(
    'unsupported_media_type',
    `Content-Encoding must be gzip, deflate, zstd or identity, got "${coding.slice(0, 100)}".`,
    { field: 'Content-Encoding' },
  );
}

/** Whether the answer may be compressed: gzip is named and not with weight 0. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((part) => {
    const [coding, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return coding === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
