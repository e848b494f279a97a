import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../lib/errors/app-error.js';
import { overlayLimits, overlayProjects, type ProjectJson } from './overlay.js';
import { createRestClient, type JsonObject, type RestClient, type RestRequest } from './rest-client.js';
import { USAGE } from './usage.js';

export interface CommandSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
  readonly fetch: typeof fetch;
}

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const TEXTS = { type: 'string', multiple: true } as const;

const OPTIONS = {
  url: TEXT,
  json: FLAG,
  help: FLAG,
  path: TEXT,
  tier: TEXT,
  create: FLAG,
  limit: TEXTS,
  project: TEXTS,
  'dry-run': FLAG,
  'grace-seconds': TEXT,
  'dedicated-to': TEXT,
  service: TEXT,
  tenant: TEXT,
  'page-size': TEXT,
  to: TEXT,
  abort: FLAG,
  period: TEXT,
  signal: TEXT,
  'order-by': TEXT,
} as const;

type Values = ReturnType<typeof read>['values'];
type Command = (rest: RestClient, values: Values, subject: string) => Promise<JsonObject>;

/** Runs one command and returns what to print. Throws with a sentence for people. */
export async function runCommand(
  argv: readonly string[],
  surroundings: CommandSurroundings,
): Promise<string> {
  const { values, positionals } = read(argv);
  const [noun = '', verb = '', subject = ''] = positionals;
  const name = COMMANDS[noun] ? noun : `${noun} ${verb}`;
  const command = COMMANDS[name];
  if (values.help || positionals.length === 0) return USAGE;
  if (!command)
    throw new AppError('invalid_argument', `There is no command "${positionals.join(' ')}".\n\n${USAGE}`);
  const surplus = positionals.slice(name === noun ? 1 : 3);
  if (surplus.length > 0)
    throw new AppError(
      'invalid_argument',
      `"${name}" is about one thing at a time; what is "${surplus.join(' ')}"?`,
    );
  const url = values.url ?? surroundings.env.GOB_URL ?? 'http://127.0.0.1:9003';
  const rest = createRestClient(url, tokenOf(surroundings), surroundings.fetch);
  const answer = await command(rest, values, subject);
  return values.json ? `${JSON.stringify(answer, undefined, 2)}\n` : stringify(answer);
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new AppError('invalid_argument', `${error instanceof Error ? error.message : ''}\n\n${USAGE}`);
  }
}

const credentials = z.object({ adminToken: z.string().min(1) });

function tokenOf({ env, readFile }: CommandSurroundings): string {
  if (env.GOB_ADMIN_TOKEN) return env.GOB_ADMIN_TOKEN;
  const path = join(env.DATA_DIR ?? 'data', 'credentials.json');
  try {
    return credentials.parse(JSON.parse(readFile(path))).adminToken;
  } catch {
    throw new AppError(
      'unauthenticated',
      `No administrator's token: set GOB_ADMIN_TOKEN, or DATA_DIR to the directory whose credentials.json holds adminToken (looked at ${path}).`,
    );
  }
}

const dryRun = (values: Values) => ({ dry_run: values['dry-run'] ? 'true' : undefined });
const get = async (rest: RestClient, path: string, query: RestRequest['query'] = {}) =>
  (await rest.send({ method: 'GET', path, query })).body;
const part = (text: string): string => {
  if (text !== '') return encodeURIComponent(text);
  throw new AppError('invalid_argument', `The command lacks what it is about.\n\n${USAGE}`);
};

const COMMANDS: Readonly<Record<string, Command>> = {
  'tenants list': listTenants,
  'tenants get': (rest, _values, id) => get(rest, `/v3/admin/tenants/${part(id)}`),
  'tenants put': putTenant,
  'tenants delete': async (rest, values, id) => {
    const query = { grace_seconds: values['grace-seconds'], ...dryRun(values) };
    return (await rest.send({ method: 'DELETE', path: `/v3/admin/tenants/${part(id)}`, query })).body;
  },
  'tenants move': moveTenant,
  'tenants usage': (rest, values, id) => ingestOf(rest, values, `tenants/${part(id)}/ingest/ledger`),
  'tenants services': (rest, values, id) => ingestOf(rest, values, `tenants/${part(id)}/ingest/services`),
  'tenants rejects': (rest, values, id) => ingestOf(rest, values, `tenants/${part(id)}/ingest/rejects`),
  'turned-away': (rest, values) => ingestOf(rest, values, 'ingest/turned-away'),
  'tiers get': (rest, _values, tier) => get(rest, `/v3/admin/tiers/${part(tier)}`),
  'tiers put': putTier,
  'cells list': (rest) => get(rest, '/v3/admin/cells'),
  'cells put': putCell,
  'cells create': putCell,
  'retention plan': (rest, values) => get(rest, '/v3/admin/retention/plan', { tenant_id: values.tenant }),
  audit: (rest, values) =>
    get(rest, '/v3/admin/audit', { tenant_id: values.tenant, page_size: values['page-size'] }),
};

/** JSON has no NaN: what is no number would arrive as nothing. */
function tenantIdOf(option: string, value: string): number {
  if (/^[1-9]\d{0,9}$/.test(value)) return Number(value);
  throw new AppError('invalid_argument', `${option}: expected the id of a tenant, got "${value}".`);
}

async function putCell(rest: RestClient, values: Values, name: string): Promise<JsonObject> {
  const { 'dedicated-to': dedicated, service } = values;
  const body = {
    ...(dedicated !== undefined && { dedicated_to: tenantIdOf('--dedicated-to', dedicated) }),
    ...(service !== undefined && { service }),
  };
  const path = `/v3/admin/cells/${part(name)}`;
  return (await rest.send({ method: 'PUT', path, query: dryRun(values), body })).body;
}

/** Without a cell to go to: how far the move is. */
async function moveTenant(rest: RestClient, values: Values, id: string): Promise<JsonObject> {
  const path = `/v3/admin/tenants/${part(id)}/move`;
  if (values.abort) return (await rest.send({ method: 'DELETE', path })).body;
  if (values.to === undefined) return get(rest, path);
  return (await rest.send({ method: 'POST', path, query: dryRun(values), body: { to: values.to } })).body;
}

/** The last day, unless another time is meant. */
function ingestOf(rest: RestClient, values: Values, path: string): Promise<JsonObject> {
  const { period = '24h', signal, limit } = values;
  const query = { period, signal, limit: limit?.[0], order_by: values['order-by'] };
  return get(rest, `/v3/admin/${path}`, query);
}

async function listTenants(rest: RestClient): Promise<JsonObject> {
  const tenants: unknown[] = [];
  for (let token: unknown = ''; ; ) {
    const query = { page_size: '1000', page_token: token === '' ? undefined : String(token) };
    const page = await get(rest, '/v3/admin/tenants', query);
    tenants.push(...(page.tenants as unknown[]));
    if (page.next_page_token === undefined) return { tenants };
    token = page.next_page_token;
  }
}

interface KnownTenant {
  readonly overrides: Readonly<Record<string, number>>;
  readonly projects: readonly ProjectJson[];
}

async function putTenant(rest: RestClient, values: Values, id: string): Promise<JsonObject> {
  const path = `/v3/admin/tenants/${part(id)}`;
  const known = await rest.find(path);
  const before = known?.body as unknown as KnownTenant | undefined;
  const body = {
    ...(values.path !== undefined && { path: values.path }),
    ...(values.tier !== undefined && { tier: values.tier }),
    limits: overlayLimits(before?.overrides ?? {}, values.limit ?? []),
    ...(values.project && { projects: overlayProjects(before?.projects ?? [], values.project) }),
  };
  const isNew = known === undefined || values.create === true;
  const headers: Record<string, string> = isNew ? { 'if-none-match': '*' } : { 'if-match': known.etag ?? '' };
  return (await rest.send({ method: 'PUT', path, query: dryRun(values), body, headers })).body;
}

async function putTier(rest: RestClient, values: Values, tier: string): Promise<JsonObject> {
  const path = `/v3/admin/tiers/${part(tier)}`;
  const known = await rest.send({ method: 'GET', path });
  const own = known.body.overrides as Readonly<Record<string, number>>;
  const body = { limits: overlayLimits(own, values.limit ?? []) };
  const headers: Record<string, string> = known.etag === undefined ? {} : { 'if-match': known.etag };
  return (await rest.send({ method: 'PUT', path, query: dryRun(values), body, headers })).body;
}
