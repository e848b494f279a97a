import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { QUERY_BASES } from '../../gateway/rest/bases.js';
import { Random } from '../_util/random.js';
import { OF_TENANT_QUOTA, problemOf } from './gateway-data.js';
import {
  addDataOf,
  addLogs,
  OTHER,
  OWN,
  OWNERS,
  type Owner,
  ownTraceOf,
  readerOf,
  SIBLING,
  startIsolationBed,
} from './gateway-isolation.bed.js';
import { QUESTIONS, type Question, STREAMS } from './gateway-isolation.questions.js';
import type { TenantBed } from './gateway-tenants.harness.js';

const ROUNDS = 3;
/** Some three hundred questions, each of which a busy machine may make wait. */
const EVERY_ROUTE_MS = 300_000;

let bed: TenantBed;
beforeAll(async () => {
  bed = await startIsolationBed();
}, EVERY_ROUTE_MS);
afterAll(() => bed.close());

/** Its paths, one for each generation. */
const basesOf = ({ tenantId, projectId }: Owner): readonly string[] =>
  QUERY_BASES.map(({ path }) =>
    path.replace(':group_id', String(tenantId)).replace(':project_id', String(projectId)),
  );

function get(path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${bed.gatewayUrl}${path}`, {
    headers: { ...headers, ...(token !== undefined && { 'PRIVATE-TOKEN': token }) },
  });
}

const urlOf = (base: string, { path, query = {} }: Question, more: Record<string, string> = {}): string =>
  `${base}${path}?${new URLSearchParams({ ...query, ...more })}`;

interface Answer {
  readonly url: string;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly etag: string | null;
}

async function ask(owner: Owner, url: string): Promise<Answer> {
  const response = await get(url, readerOf(owner));
  const text = await response.text();
  expect(response.status, `${url}: ${text}`).toBe(200);
  expect(response.headers.get('x-query-stats'), url).toMatch(
    /^rows=\d+, bytes=\d+, ms=[\d.]+, statements=[1-9]/,
  );
  return { url, text, body: JSON.parse(text), etag: response.headers.get('etag') };
}

/** Of its newest record but one. */
async function fingerprintOf(owner: Owner): Promise<string> {
  const { body } = await ask(owner, `${basesOf(owner)[0]}/logs/search?period=1h`);
  return (body.results as { fingerprint: string }[])[1]?.fingerprint ?? '';
}

/** The same questions each time, for each route some, in all generations of paths. */
async function answersOf(owner: Owner): Promise<Map<string, Answer[]>> {
  const random = new Random(4);
  const fingerprint = await fingerprintOf(owner);
  const answers = new Map<string, Answer[]>();
  for (const [route, { ask: questionOf }] of Object.entries(QUESTIONS)) {
    const list: Answer[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const base = basesOf(owner)[round % QUERY_BASES.length] ?? '';
      list.push(await ask(owner, urlOf(base, questionOf(random, fingerprint))));
    }
    answers.set(route, list);
  }
  return answers;
}

function stableOf(route: string, answers: readonly Answer[]): unknown {
  const stable = QUESTIONS[route]?.stable ?? (({ next_page_token: _sealed, ...rest }) => rest);
  return answers.map(({ body }) => stable(body));
}

/** The loop that measures what is stored has come by. */
async function untilMeasured(owner: Owner): Promise<void> {
  const stored = QUESTIONS['/analytics/storage'];
  const question = stored?.ask(new Random(1), '') ?? { path: '' };
  await vi.waitFor(
    async () => {
      // Any change has it look at once.
      await bed.gob('tenants', 'put', '90', '--path', `tenant-90-${Date.now()}`);
      const { body } = await ask(owner, urlOf(basesOf(owner)[0] ?? '', question));
      expect(JSON.stringify(body)).toContain(`"logs":${owner.amount + 1}`);
    },
    { timeout: 60_000, interval: 300 },
  );
}

async function alertsOf(owner: Owner): Promise<unknown> {
  return (await get('/observability/v1/alerts', readerOf(owner))).json();
}

describe('what others send', { timeout: EVERY_ROUTE_MS }, () => {
  let alone: Map<string, Answer[]>;
  let beside: ReadonlyMap<Owner, Map<string, Answer[]>>;
  let alertsAlone: unknown;
  beforeAll(async () => {
    await addDataOf(bed, OWN);
    await untilMeasured(OWN);
    alone = await answersOf(OWN);
    alertsAlone = await alertsOf(OWN);
    for (const owner of [OTHER, SIBLING]) await addDataOf(bed, owner);
    for (const owner of [OTHER, SIBLING]) await untilMeasured(owner);
    const answers: [Owner, Map<string, Answer[]>][] = [];
    for (const owner of OWNERS) answers.push([owner, await answersOf(owner)]);
    beside = new Map(answers);
  }, EVERY_ROUTE_MS);

  it('changes no answer of any route, though all ids and names are equal', () => {
    for (const [route, answers] of alone)
      expect(stableOf(route, beside.get(OWN)?.get(route) ?? []), route).toEqual(stableOf(route, answers));
  });

  it('is shown by no route, while every route shows each what is its own', () => {
    const all = [...beside].flatMap(([owner, answers]) =>
      [...answers].flatMap(([route, list]) => list.map((answer) => ({ owner, route, ...answer }))),
    );
    for (const { owner, text, url } of all)
      for (const other of OWNERS) if (other !== owner) expect(text, url).not.toContain(other.mark);
    for (const route of Object.keys(QUESTIONS)) {
      const texts = OWNERS.map((owner) =>
        JSON.stringify(stableOf(route, beside.get(owner)?.get(route) ?? [])),
      );
      expect(new Set(texts).size, `${route} cannot tell owners apart`).toBe(OWNERS.length);
    }
  });

  it('does not open another’s pages, nor stand in for another’s catalogue', async () => {
    let tokens = 0;
    let etags = 0;
    for (const [route, answers] of beside.get(OWN) ?? [])
      for (const { url, body, etag, text } of answers) {
        const random = new Random(1);
        const question = QUESTIONS[route]?.ask(random, '') ?? { path: '' };
        for (const stranger of [OTHER, SIBLING]) {
          const base = basesOf(stranger)[0] ?? '';
          const params = Object.fromEntries(new URL(url, bed.gatewayUrl).searchParams);
          if (typeof body.next_page_token === 'string') {
            const asked = urlOf(base, { ...question, query: params }, { page_token: body.next_page_token });
            expect(await problemOf(await get(asked, readerOf(stranger)), 400), url).toMatchObject({
              field: 'page_token',
            });
            tokens++;
          }
          if (etag !== null) {
            const asked = urlOf(base, { ...question, query: params });
            const answer = await get(asked, readerOf(stranger), { 'if-none-match': etag });
            const same = (await ask(stranger, asked)).text === text;
            expect([answer.status, same], url).toEqual([same ? 304 : 200, same]);
            etags++;
          }
        }
      }
    expect([tokens > 0, etags > 5]).toEqual([true, true]);
  });

  it('is told by no refusal either', async () => {
    const ids = (owner: Owner, trace: string, fingerprint: string) => [
      `${basesOf(owner)[0]}/traces/${trace}`,
      `${basesOf(owner)[0]}/logs/${fingerprint}/context`,
    ];
    const refusalOf = async (url: string, token: string) => {
      const { request_id: _id, ...problem } = await problemOf(await get(url, token), 404);
      return JSON.stringify(problem);
    };
    const nobodys = ids(OWN, 'ab'.repeat(16), `${'0'.repeat(15)}1${'ab'.repeat(8)}`);
    for (const owner of [OTHER, SIBLING]) {
      const existing = ids(OWN, ownTraceOf(owner), await fingerprintOf(owner));
      for (const [index, url] of existing.entries()) {
        const [id, nobodysId] = [url, nobodys[index] ?? ''].map((path) => path.split('/')[5] ?? '');
        const existingRefusal = (await refusalOf(url, readerOf(OWN))).replaceAll(id ?? '', 'ID');
        const unknownRefusal = (await refusalOf(nobodys[index] ?? '', readerOf(OWN))).replaceAll(
          nobodysId ?? '',
          'ID',
        );
        expect(existingRefusal).toBe(unknownRefusal);
      }
    }
  });

  it('raises no alert of another, and each has its own', async () => {
    expect(await alertsOf(OWN)).toEqual(alertsAlone);
    for (const owner of OWNERS) {
      const alerts = (await alertsOf(owner)) as Record<string, string>[];
      const projects = new Set(alerts.map((alert) => `${alert.tenant_id}/${alert.project_id}`));
      expect([...projects]).toEqual([`${owner.tenantId}/${owner.projectId}`]);
      expect(alerts.reduce((sum, { count }) => sum + Number(count), 0)).toBe(owner.amount);
    }
  });

  it('does not appear in another’s session', async () => {
    for (const owner of OWNERS) {
      const session = (await (await get('/v1/session', readerOf(owner))).json()) as { projects: unknown };
      expect(session.projects).toEqual([
        { id: owner.projectId, path: `tenant-${owner.tenantId}/project-${owner.projectId}` },
      ]);
    }
  });

  it('does not run through another’s live tail', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${bed.gatewayUrl}${basesOf(OWN)[0]}/logs/tail?filter=same`, {
      ...{ headers: { 'PRIVATE-TOKEN': readerOf(OWN) }, signal: leaving.signal },
    });
    const now = () => BigInt(Date.now()) * 1_000_000n;
    const decoder = new TextDecoder();
    let seen = '';
    for await (const chunk of response.body ?? []) {
      // The first event says that the tail has begun.
      if (seen === '') for (const owner of [OTHER, SIBLING, OWN]) await addLogs(bed, owner, now());
      seen += decoder.decode(chunk, { stream: true });
      if (seen.includes(`same ${OWN.mark}`)) break;
    }
    leaving.abort();
    expect(seen.match(/^event: log$/gm)).toHaveLength(OWN.amount + 1);
    for (const { mark } of [OTHER, SIBLING]) expect(seen).not.toContain(mark);
  });
});

describe('every route', { timeout: EVERY_ROUTE_MS }, () => {
  /** What may be asked without a credential: the UI, the documentation, and the way in and out. */
  const SIGNING = [
    'POST /v1/auth/sign-in',
    'POST /v1/auth/sign-out',
    'GET /v1/auth/start',
    'GET /v1/auth/callback',
  ];
  const PUBLIC = ['GET /*', 'OPTIONS *', 'GET /openapi.json', ...SIGNING];
  const CREDENTIALS_OF_STRANGERS: readonly Record<string, string>[] = [
    {},
    { authorization: 'Bearer wrong' },
    { cookie: 'gob_session=wrong' },
  ];
  /** About the caller, whoever that is. */
  const OF_CALLER = ['GET /v1/session', 'GET /observability/v1/alerts'];

  const closedRoutes = () =>
    bed.routes.filter(({ method, url }) => !PUBLIC.includes(`${method.replace('HEAD', 'GET')} ${url}`));
  const suffixOf = (url: string) => {
    const base = QUERY_BASES.find(({ path }) => url.startsWith(`${path}/`));
    return base && url.slice(base.path.length);
  };
  const addressOf = (url: string) => {
    const suffix = suffixOf(url) ?? '';
    const path = QUESTIONS[suffix]?.ask(new Random(1), 'ab'.repeat(16)).path ?? suffix;
    return (url.slice(0, url.length - suffix.length) + path)
      .replace(':group_id', String(OWN.tenantId))
      .replace(':project_id', String(OWN.projectId))
      .replace(':tenant_id', String(OWN.tenantId))
      .replace(/:\w+/, 'default');
  };
  const send = (method: string, url: string, headers: Record<string, string>) =>
    fetch(`${bed.gatewayUrl}${addressOf(url)}`, {
      method,
      headers: {
        ...{ 'x-requested-with': 'XMLHttpRequest', ...headers },
        ...(method === 'PUT' && { 'content-type': 'application/json' }),
      },
      ...(method === 'PUT' && { body: '{}' }),
    });

  it('that shows data of a project is asked above', () => {
    const known = new Set([...Object.keys(QUESTIONS), ...STREAMS]);
    const shown = closedRoutes().filter(({ method, url }) => {
      const isElsewhere = url.startsWith('/v3/admin/') || url === '/v3/tenant/:project_id';
      return method === 'GET' && !isElsewhere && !OF_CALLER.includes(`GET ${url}`);
    });
    const unknown = shown.filter(({ url }) => !known.has(suffixOf(url) ?? ''));
    expect(unknown.map(({ url }) => url)).toEqual([]);
    expect(new Set(shown.map(({ url }) => suffixOf(url)))).toEqual(known);
  });

  it('of tenant-quota refuses a stranger', async () => {
    const closed = closedRoutes().filter(({ url }) => OF_TENANT_QUOTA.test(url));
    expect(closed.length).toBeGreaterThan(20);
    for (const { method, url } of closed)
      for (const credential of CREDENTIALS_OF_STRANGERS) {
        const response = await send(method, url, credential);
        expect(response.status, `${method} ${url}`).toBe(401);
      }
  });

  it('that names a project or a tenant refuses a user of another, and one of the tenant’s other project', async () => {
    for (const { method, url } of closedRoutes().filter(({ url }) => url.includes(':'))) {
      const isAdmin = url.startsWith('/v3/admin/');
      for (const stranger of [OTHER, SIBLING]) {
        const response = await send(method, url, { 'private-token': readerOf(stranger) });
        if (suffixOf(url) === undefined || url.includes(':project_id'))
          expect(response.status, `${method} ${url}`).toBe(isAdmin ? 403 : 404);
        expect(await response.text()).not.toContain(OWN.mark);
      }
    }
  });

  it('for those who run the instance refuses everybody else', async () => {
    const admin = closedRoutes().filter(({ url }) => url.startsWith('/v3/admin/'));
    expect(admin.length).toBeGreaterThan(15);
    for (const { method, url } of admin) {
      const response = await send(method, url, { 'private-token': readerOf(OWN) });
      expect(response.status, `${method} ${url}`).toBe(403);
    }
  });
});
