import { z } from 'zod';
import { pageSize } from './page-size.js';

/** The members of a schema that say which page is meant. */
export function pageParams(size: { readonly default: number; readonly max: number }) {
  return {
    page_size: pageSize
      .optional()
      .describe(`Items per page. Default ${size.default}; more than ${size.max} is cut to ${size.max}.`),
    page_token: z.string().optional().describe('`next_page_token` of the page before. Opaque.'),
  };
}

export interface PageInput {
  readonly page_size?: string | undefined;
  readonly page_token?: string | undefined;
}

export function toPage({ page_size, page_token }: PageInput) {
  return { pageSize: Number(page_size ?? 0), pageToken: page_token ?? '' };
}
