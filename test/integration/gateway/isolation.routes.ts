// Routes of the gateway as it registered them.
import { QUERY_BASES } from '../../../gateway/rest/bases.js';
import type { RouteSeen } from '../../../gateway/rest/http/route.js';
import { Random } from '../../_util/random.js';
import { OWN } from './isolation.bed.js';
import { QUESTIONS } from './isolation.questions.js';

/** What may be asked without a credential: the UI, the documentation, and the way in and out. */
const PUBLIC = [
  ...['GET /*', 'OPTIONS *', 'GET /openapi.json'],
  ...['POST /v1/auth/sign-in', 'POST /v1/auth/sign-out', 'GET /v1/auth/start', 'GET /v1/auth/callback'],
];

export const closedRoutes = (routes: readonly RouteSeen[]): RouteSeen[] =>
  routes.filter(({ method, url }) => !PUBLIC.includes(`${method.replace('HEAD', 'GET')} ${url}`));

/** Whether an answer is about the caller, whoever that is. */
export const isOfCaller = (url: string): boolean => ['/v1/session', '/observability/v1/alerts'].includes(url);

/** What comes behind the base of a question's path; undefined for other routes. */
export function suffixOf(url: string): string | undefined {
  const base = QUERY_BASES.find(({ path }) => url.startsWith(`${path}/`));
  return base && url.slice(base.path.length);
}

/** Asks a route about the first owner's project or tenant. */
export function sendTo(
  gatewayUrl: string,
  { method, url }: RouteSeen,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(gatewayUrl + addressOf(url), {
    method,
    headers: {
      ...{ 'x-requested-with': 'XMLHttpRequest', ...headers },
      ...(method === 'PUT' && { 'content-type': 'application/json' }),
    },
    ...(method === 'PUT' && { body: '{}' }),
  });
}

function addressOf(url: string): string {
  const suffix = suffixOf(url) ?? '';
  const path = QUESTIONS[suffix]?.ask(new Random(1), 'ab'.repeat(16)).path ?? suffix;
  return (url.slice(0, url.length - suffix.length) + path)
    .replace(':group_id', String(OWN.tenantId))
    .replace(':project_id', String(OWN.projectId))
    .replace(':tenant_id', String(OWN.tenantId))
    .replace(/:\w+/, 'default');
}
