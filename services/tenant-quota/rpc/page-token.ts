import { AppError } from '../../../lib/errors/app-error.js';

/** Names the last tenant of a page. Callers must not read it; the prefix lets its form change. */
export function encodePageToken(lastTenantId: number): string {
  return Buffer.from(`t1:${lastTenantId}`).toString('base64url');
}

/** The id after which the next page begins; 0 for the first. Throws `invalid_argument` for a token that is not ours. */
export function decodePageToken(token: string): number {
  if (token === '') return 0;
  const id = /^t1:(\d{1,10})$/.exec(Buffer.from(token, 'base64url').toString('latin1'))?.[1];
  if (id === undefined)
    throw new AppError(
      'invalid_argument',
      'page_token is not one of this listing. Pass next_page_token unchanged, or leave it empty.',
      { field: 'page_token' },
    );
  return Number(id);
}
