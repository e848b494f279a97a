import { isUtf8 } from 'node:buffer';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AppError } from '../../../../lib/errors/app-error.js';
import { encodeText } from '../text.js';
import { type JsonValue, parseExactJson } from './exact-json.js';
import { listAt } from './json-fields.js';

/**
 * The one list that an OTLP/JSON export request is. lowerCamelCase names only; unknown members are ignored. Throws AppError
 * `malformed_payload`.
 */
export function readRequest<T>(
  body: Uint8Array,
  member: string,
  read: (item: JsonValue, path: string) => T,
): T[] {
  if (!isUtf8(body))
    throw new AppError('malformed_payload', 'The body is not valid UTF-8, which JSON must be.', {
      field: 'body',
    });
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const root = parseExactJson(text.startsWith('\ufeff') ? text.slice(1) : text);
  if (!(root instanceof Map)) {
    const message = `The body must be a JSON object with the member ${member}.`;
    throw new AppError('malformed_payload', message, { field: 'body' });
  }
  return listAt(root.get(member), member, read);
}

/** Writes text with a lone surrogate as bytes that are not UTF-8, so that it costs its own item only. */
export const exactWriter = (): BinaryWriter => new BinaryWriter(encodeText);
