import { AppError } from '../../../lib/errors/app-error.js';
import type { SignalDefinition } from '../signals/signal.js';
import { SIGNALS } from '../signals/signals.js';

/** What the path says. */
export interface ExportRoute {
  readonly signal: SignalDefinition;
  /** Whom the path names; 0 where it names nobody. */
  readonly pathTenantId: number;
  readonly pathProjectId: bigint;
}

const SIGNAL_PATH =
  /^(?:\/v1|\/observability\/v1|\/v3\/(?<tenant>\d{1,10})\/(?<project>\d{1,20})\/ingest)\/(?<name>[a-z]+)\/?$/;
const PATHS =
  'traces to /v1/traces, /observability/v1/traces or /v3/{root_namespace_id}/{project_id}/ingest/traces, and metrics and logs likewise';
const MAX_TENANT_ID = 2 ** 32 - 1;
const MAX_PROJECT_ID = 2n ** 64n - 1n;
const MAX_SHOWN_PATH = 200;

const BY_NAME: ReadonlyMap<string, SignalDefinition> = new Map(Object.entries(SIGNALS));

/** Throws AppError `not_found` or `method_not_allowed`, both saying what is right. */
export function matchExport(method: string | undefined, url: string | undefined): ExportRoute {
  const path = pathOf(url ?? '/');
  const { tenant = '0', project = '0', name = '' } = SIGNAL_PATH.exec(path)?.groups ?? {};
  const [pathTenantId, pathProjectId] = [Number(tenant), BigInt(project)];
  const signal = BY_NAME.get(name);
  if (signal === undefined || pathTenantId > MAX_TENANT_ID || pathProjectId > MAX_PROJECT_ID)
    throw new AppError('not_found', `There is nothing at ${shorten(path)}. Send ${PATHS}.`);
  if (method !== 'POST')
    throw new AppError('method_not_allowed', `${method ?? 'This method'} is not allowed here. Use POST.`);
  return { signal, pathTenantId, pathProjectId };
}

/** Proxies may send the absolute form, which every server must understand (RFC 9112 §3.2.2). */
function pathOf(url: string): string {
  const [path = '/'] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1);
  return path;
}

function shorten(path: string): string {
  return path.length > MAX_SHOWN_PATH ? `${path.slice(0, MAX_SHOWN_PATH)}…` : path;
}
