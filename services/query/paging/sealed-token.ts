import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reader } from '../access/reader.js';

/** What must be the same on every page of a listing. */
export interface TokenBinding {
  /** Name of the call. */
  readonly call: string;
  readonly reader: Pick<Reader, 'tenantId' | 'projectId'>;
  /** Filter, order and whatever else decides what the listing is; JSON keeps the parts apart. */
  readonly listing: readonly unknown[];
}

const MAC_BYTES = 16;
/** Longer than any token; spares decoding what was never ours. */
const MAX_TOKEN_CHARACTERS = 1_024;

/**
 * A page token in base64url: `body, MAC`, where the MAC is made with the mesh's key and covers the body, tenant, project and
 * listing. So a token can be neither made up nor used for another tenant, project or question.
 */
export function sealToken(key: Uint8Array, body: Uint8Array, binding: TokenBinding): string {
  return Buffer.concat([body, macOf(key, body, binding)]).toString('base64url');
}

/** The body of a token; refuses everything that `sealToken` did not make with this key for this listing. */
export function openToken(key: Uint8Array, token: string, binding: TokenBinding): Buffer {
  const bytes = Buffer.from(token.slice(0, MAX_TOKEN_CHARACTERS), 'base64url');
  const body = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES));
  const mac = bytes.subarray(body.length);
  // Base64 has several spellings of the same bytes; only ours counts.
  const isWhole = mac.length === MAC_BYTES && bytes.toString('base64url') === token;
  if (!isWhole || !timingSafeEqual(mac, macOf(key, body, binding))) throw tokenRefusal();
  return body;
}

export function tokenRefusal(): AppError {
  return new AppError(
    'invalid_argument',
    'page_token does not belong to this listing or is damaged. Send filters, sort and period as on the first page, or leave the token out to start anew.',
    { field: 'page_token' },
  );
}

function macOf(key: Uint8Array, body: Uint8Array, { call, reader, listing }: TokenBinding): Buffer {
  const parts = [call, reader.tenantId, String(reader.projectId), ...listing];
  return createHmac('sha256', key).update(JSON.stringify(parts)).update(body).digest().subarray(0, MAC_BYTES);
}
