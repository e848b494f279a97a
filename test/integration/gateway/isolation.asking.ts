// Questions to the gateway as one of the owners.
import { expect } from 'vitest';
import { QUERY_BASES } from '../../../gateway/rest/bases.js';
import { Random } from '../../_util/random.js';
import { type Owner, readerOf } from './isolation.bed.js';
import { QUESTIONS, type Question } from './isolation.questions.js';

/** Of questions that are made at random. */
const ROUNDS = 2;

/** Its paths, one for each generation. */
export const basesOf = ({ tenantId, projectId }: Owner): readonly string[] =>
  QUERY_BASES.map(({ path }) =>
    path.replace(':group_id', String(tenantId)).replace(':project_id', String(projectId)),
  );

export const urlOf = (
  base: string,
  { path, query = {} }: Question,
  more: Record<string, string> = {},
): string => `${base}${path}?${new URLSearchParams({ ...query, ...more })}`;

export interface Answer {
  readonly url: string;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly etag: string | null;
}
/** By the route. */
export type Answers = ReadonlyMap<string, readonly Answer[]>;

/** What of the answers to a route's questions may not change with what others send. */
export function stableOf(route: string, answers: readonly Answer[]): unknown {
  const stable = QUESTIONS[route]?.stable ?? (({ next_page_token: _sealed, ...rest }) => rest);
  return answers.map(({ body }) => stable(body));
}

export class Asking {
  readonly #gatewayUrl: () => string;

  constructor(gatewayUrl: () => string) {
    this.#gatewayUrl = gatewayUrl;
  }

  /** The answer whatever it is. */
  get(path: string, owner: Owner, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#gatewayUrl()}${path}`, {
      headers: { ...headers, 'PRIVATE-TOKEN': readerOf(owner) },
    });
  }

  async ask(owner: Owner, url: string): Promise<Answer> {
    const response = await this.get(url, owner);
    const text = await response.text();
    expect(response.status, `${url}: ${text}`).toBe(200);
    expect(response.headers.get('x-query-stats'), url).toMatch(
      /^rows=\d+, bytes=\d+, ms=[\d.]+, statements=[1-9]/,
    );
    return { url, text, body: JSON.parse(text), etag: response.headers.get('etag') };
  }

  /** Of its newest record but one. */
  async fingerprintOf(owner: Owner): Promise<string> {
    const { body } = await this.ask(owner, `${basesOf(owner)[0]}/logs/search?period=1h`);
    return (body.results as { fingerprint: string }[])[1]?.fingerprint ?? '';
  }

  /** The same questions each time, for each route some, in all generations of paths. */
  async answersOf(owner: Owner): Promise<Answers> {
    const random = new Random(4);
    const fingerprint = await this.fingerprintOf(owner);
    const answers = new Map<string, Answer[]>();
    let asked = 0;
    for (const [route, { ask: questionOf }] of Object.entries(QUESTIONS)) {
      const list: Answer[] = [];
      const rounds = questionOf.length > 0 ? ROUNDS : 1;
      for (let round = 0; round < rounds; round++) {
        const base = basesOf(owner)[asked++ % QUERY_BASES.length] ?? '';
        const question = questionOf(random, fingerprint);
        list.push(await this.ask(owner, urlOf(base, round === 0 ? unfiltered(question) : question)));
      }
      answers.set(route, list);
    }
    return answers;
  }

  async alertsOf(owner: Owner): Promise<Record<string, string>[]> {
    return (await (await this.get('/observability/v1/alerts', owner)).json()) as Record<string, string>[];
  }
}

function unfiltered({ path, query: { filter: _all, ...query } = {} }: Question): Question {
  return { path, query };
}
