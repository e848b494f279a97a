import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../_util/random.js';
import { problemOf } from './data.js';
import { type Answers, Asking, basesOf, stableOf, urlOf } from './isolation.asking.js';
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
} from './isolation.bed.js';
import { QUESTIONS, STREAMS } from './isolation.questions.js';
import { closedRoutes, isOfCaller, sendTo, suffixOf } from './isolation.routes.js';
import type { TenantBed } from './tenants.harness.js';

/** More than a hundred questions, each of which a busy machine may make wait. */
const EVERY_ROUTE_MS = 600_000;

let bed: TenantBed;
const asking = new Asking(() => bed.gatewayUrl);
beforeAll(async () => {
  bed = await startIsolationBed();
}, EVERY_ROUTE_MS);
afterAll(() => bed.close());

describe('what others send', { timeout: EVERY_ROUTE_MS }, () => {
  let alone: Answers;
  let beside: ReadonlyMap<Owner, Answers>;
  let alertsAlone: unknown;
  beforeAll(async () => {
    await addDataOf(bed, OWN);
    alone = await asking.answersOf(OWN);
    alertsAlone = await asking.alertsOf(OWN);
    for (const owner of [OTHER, SIBLING]) await addDataOf(bed, owner);
    const answers: [Owner, Answers][] = [];
    for (const owner of OWNERS) answers.push([owner, await asking.answersOf(owner)]);
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
    const tenants = new Set(OWNERS.map(({ tenantId }) => tenantId)).size;
    for (const [route, { isOfTenant }] of Object.entries(QUESTIONS)) {
      const texts = OWNERS.map((owner) =>
        JSON.stringify(stableOf(route, beside.get(owner)?.get(route) ?? [])),
      );
      expect(new Set(texts).size, `${route} cannot tell owners apart`).toBe(
        isOfTenant ? tenants : OWNERS.length,
      );
    }
  });

  it('does not open another’s pages, nor stand in for another’s catalogue', async () => {
    let tokens = 0;
    let etags = 0;
    for (const [route, answers] of beside.get(OWN) ?? [])
      for (const { url, body, etag, text } of answers) {
        const question = QUESTIONS[route]?.ask(new Random(1), '') ?? { path: '' };
        for (const stranger of [OTHER, SIBLING]) {
          const base = basesOf(stranger)[0] ?? '';
          const params = Object.fromEntries(new URL(url, bed.gatewayUrl).searchParams);
          if (typeof body.next_page_token === 'string') {
            const asked = urlOf(base, { ...question, query: params }, { page_token: body.next_page_token });
            expect(await problemOf(await asking.get(asked, stranger), 400), url).toMatchObject({
              field: 'page_token',
            });
            tokens++;
          }
          if (etag !== null) {
            const asked = urlOf(base, { ...question, query: params });
            const answer = await asking.get(asked, stranger, { 'if-none-match': etag });
            const same = (await asking.ask(stranger, asked)).text === text;
            expect([answer.status, same], url).toEqual([same ? 304 : 200, same]);
            etags++;
          }
        }
      }
    expect([tokens > 0, etags > 5]).toEqual([true, true]);
  });

  it('is told by no refusal either', async () => {
    const pathsOf = (trace: string, fingerprint: string) => [
      { id: trace, path: `/traces/${trace}` },
      { id: fingerprint, path: `/logs/${fingerprint}/context` },
    ];
    /** Without what it was asked by. */
    const refusalOf = async ({ id, path }: { id: string; path: string }) => {
      const response = await asking.get(`${basesOf(OWN)[0]}${path}`, OWN);
      const { request_id: _id, ...problem } = await problemOf(response, 404);
      return JSON.stringify(problem).replaceAll(id, 'ID');
    };
    const ofNobody: string[] = [];
    for (const path of pathsOf('ab'.repeat(16), `${'0'.repeat(15)}1${'ab'.repeat(8)}`))
      ofNobody.push(await refusalOf(path));
    for (const owner of [OTHER, SIBLING]) {
      const refusals: string[] = [];
      for (const path of pathsOf(ownTraceOf(owner), await asking.fingerprintOf(owner)))
        refusals.push(await refusalOf(path));
      expect(refusals).toEqual(ofNobody);
    }
  });

  it('raises no alert of another, and each has its own', async () => {
    expect(await asking.alertsOf(OWN)).toEqual(alertsAlone);
    for (const owner of OWNERS) {
      const alerts = await asking.alertsOf(owner);
      const projects = new Set(alerts.map((alert) => `${alert.tenant_id}/${alert.project_id}`));
      expect([...projects]).toEqual([`${owner.tenantId}/${owner.projectId}`]);
      expect(alerts.reduce((sum, { count }) => sum + Number(count), 0)).toBe(owner.amount);
    }
  });

  it('does not appear in another’s session', async () => {
    for (const owner of OWNERS) {
      const session = (await (await asking.get('/v1/session', owner)).json()) as { projects: unknown };
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
  const CREDENTIALS_OF_STRANGERS: readonly Record<string, string>[] = [
    {},
    { 'private-token': 'wrong' },
    { authorization: 'Bearer wrong' },
    { cookie: 'gob_session=wrong' },
  ];

  it('that shows data of a project is asked above', () => {
    const known = new Set([...Object.keys(QUESTIONS), ...STREAMS]);
    const shown = closedRoutes(bed.routes).filter(({ method, url }) => {
      const isElsewhere = url.startsWith('/v3/admin/') || url === '/v3/tenant/:project_id';
      return method === 'GET' && !isElsewhere && !isOfCaller(url);
    });
    const unknown = shown.filter(({ url }) => !known.has(suffixOf(url) ?? ''));
    expect(unknown.map(({ url }) => url)).toEqual([]);
    expect(new Set(shown.map(({ url }) => suffixOf(url)))).toEqual(known);
  });

  it('that is not public refuses a stranger', async () => {
    const closed = closedRoutes(bed.routes);
    expect(closed.length).toBeGreaterThan(100);
    for (const route of closed)
      for (const credential of CREDENTIALS_OF_STRANGERS) {
        const { status } = await sendTo(bed.gatewayUrl, route, credential);
        // Whoever does not run the instance is told just that, known or not.
        const refusals = route.url.startsWith('/v3/admin/') ? [401, 403] : [401];
        expect(refusals, `${route.method} ${route.url}`).toContain(status);
      }
  });

  it('that names a project or a tenant refuses a user of another, and one of the tenant’s other project', async () => {
    for (const route of closedRoutes(bed.routes).filter(({ url }) => url.includes(':'))) {
      const { method, url } = route;
      for (const stranger of [OTHER, SIBLING]) {
        const response = await sendTo(bed.gatewayUrl, route, { 'private-token': readerOf(stranger) });
        if (suffixOf(url) === undefined || url.includes(':project_id'))
          expect(response.status, `${method} ${url}`).toBe(url.startsWith('/v3/admin/') ? 403 : 404);
        expect(await response.text()).not.toContain(OWN.mark);
      }
    }
  });

  it('for those who run the instance refuses everybody else', async () => {
    const admin = closedRoutes(bed.routes).filter(({ url }) => url.startsWith('/v3/admin/'));
    expect(admin.length).toBeGreaterThan(15);
    for (const route of admin) {
      const response = await sendTo(bed.gatewayUrl, route, { 'private-token': readerOf(OWN) });
      expect(response.status, `${route.method} ${route.url}`).toBe(403);
    }
  });
});
