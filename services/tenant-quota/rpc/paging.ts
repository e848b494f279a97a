import type { TenantRegistry, TenantView } from '../registry/tenant-registry.js';
import { decodePageToken, encodePageToken } from './page-token.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

export interface TenantPage {
  readonly views: readonly TenantView[];
  readonly nextPageToken: string;
}

/** Pages by id, so that tenants added or changed between two pages neither repeat nor hide others. */
export function pageOfTenants(
  registry: TenantRegistry,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string },
): TenantPage {
  const size = boundedPageSize(pageSize);
  const afterId = decodePageToken(pageToken);
  const rest = registry.all().filter(({ record }) => record.tenantId > afterId);
  const views = rest.slice(0, size);
  const last = views.at(-1);
  const isMore = last !== undefined && rest.length > views.length;
  return { views, nextPageToken: isMore ? encodePageToken(last.record.tenantId) : '' };
}

export const boundedPageSize = (pageSize: number): number =>
  Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
