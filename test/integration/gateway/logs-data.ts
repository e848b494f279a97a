import { expect } from 'vitest';
import { hexId } from '../query/fixture.js';
import { insertLogs, MINUTE, type TestLog } from '../query/logs/fixture.js';
import { START } from './data.js';
import type { GatewayBed } from './fixture.js';

export const TRACE_ID = hexId(0xbeef, 32);
export const DASHED_ID = '00000000-0000-0000-0000-00000000beef';
export const WARNING: TestLog = {
  projectId: 7n,
  timeUnixNano: START,
  body: 'Cart is empty: "\n"',
  service: 'shop',
  severityNumber: 13,
  severityText: 'Warn',
  traceId: TRACE_ID,
  spanId: '00aa11bb22cc33dd',
  traceFlags: 1,
  attributes: { 'cart.id': '9', 'http.route': '/cart' },
  resource: { 'host.name': 'h1' },
};

export interface Item {
  readonly body: string;
  readonly fingerprint: string;
}

/** A warning of a trace, and eight records around it. */
export async function insertGatewayLogs(bed: GatewayBed): Promise<void> {
  const others = Array.from({ length: 8 }, (_, index) => ({
    projectId: 7n,
    timeUnixNano: START + BigInt(index - 4) * MINUTE + 1n,
    body: `tick ${index}`,
    service: index % 2 === 0 ? 'shop' : 'pay',
    severityNumber: index % 2 === 0 ? 9 : 17,
    resourceHash: index === 2 ? 2 : 1,
  }));
  await insertLogs(bed.query, [WARNING, ...others]);
  await bed.query.insert([
    { projectId: 7n, traceId: TRACE_ID, spanId: '00aa11bb22cc33dd', startUnixNano: START - MINUTE },
  ]);
  await bed.query.sql(`INSERT INTO gob_cell_default.attr_catalog VALUES
    (1, 7, today(), 'logs', 'attr', 'cart.id', '9', 1), (1, 7, today(), 'logs', 'attr', 'cart.id', '10', 1),
    (1, 7, today(), 'logs', 'attr', 'cart.id', '9', 4), (1, 7, today(), 'logs', 'resource', 'host.name', 'h1', 1),
    (1, 7, today(), 'spans', 'attr', 'of.spans', 'x', 1), (1, 7, today() - 60, 'logs', 'attr', 'past.retention', 'x', 1)`);
}

/** Questions about project 7. */
export function askLogs(bed: () => GatewayBed) {
  async function json<T>(path: string): Promise<T> {
    const response = await bed().get(`/v3/query/7${path}`);
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  }

  const search = (query: string) =>
    json<{ results: Item[]; next_page_token?: string }>(`/logs/search?${query}`);
  const bodies = async (query: string) => (await search(query)).results.map((item) => item.body);

  return { json, search, bodies };
}
