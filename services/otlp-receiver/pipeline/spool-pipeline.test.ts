import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import type { InsertNativeOptions, Store } from '../../../lib/store/store.js';
import { Registry } from '../../../lib/telemetry/metrics.js';
import { Books } from '../ledger/books/books.js';
import { createLedger } from '../ledger/ledger.js';
import type { Delivery } from './pipeline.js';
import { SpoolPipeline } from './spool-pipeline.js';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gob-pipeline-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Numbers from 0 to 1 that are the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/**
 * Keeps what is inserted, each token once, as ClickHouse does; every so often it is away, stores and loses the answer, or
 * refuses the rows. Rows that say `bad` are refused always.
 */
class UnreliableStore {
  readonly rows: string[] = [];
  readonly #tokens = new Map<string, string>();
  constructor(
    private readonly random: () => number,
    readonly trouble: { share: number },
  ) {}

  async insertNative({ blocks, deduplicationToken }: InsertNativeOptions) {
    await new Promise((resolve) => setTimeout(resolve, this.random() * 3));
    const content = Buffer.concat(blocks).toString();
    const chance = this.random() / this.trouble.share;
    if (chance < 0.5) throw new AppError('unavailable', 'away');
    if (content.includes('bad')) throw new AppError('internal', 'refused');
    const known = this.#tokens.get(deduplicationToken);
    if (known !== undefined) expect(content).toBe(known);
    if (known === undefined) this.rows.push(...content.split('\n').filter(Boolean));
    this.#tokens.set(deduplicationToken, content);
    if (chance < 1) throw new AppError('unavailable', 'answer lost');
    return { writtenRows: 1 };
  }
}

async function openPipeline(store: UnreliableStore, options: { readonly worker?: string } = {}) {
  const registry = new Registry();
  const pipeline = await SpoolPipeline.open({
    store: store as unknown as Store,
    ensureTables: async () => undefined,
    logger: pino({ level: 'silent' }),
    registry,
    ledger: createLedger(registry, new Books('d', registry)),
    dataDir,
    worker: options.worker ?? 'w',
    limits: { maxRows: 20, maxBytes: 1e6, maxDays: 90 },
    lingerMs: 5,
    maxAgeMs: 10,
    quotas: { totalBytes: 1e9, tenantBytes: 1e9 },
    deadLetters: { totalBytes: 1e9, tenantBytes: 1e9 },
    minFreeBytes: 0,
    maxFlushesPerTable: 2,
  });
  return { pipeline, registry };
}

interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

async function valuesOf(registry: Registry, metric: string): Promise<readonly Sample[]> {
  return ((await registry.getSingleMetric(metric)?.get())?.values ?? []) as Sample[];
}

/** Sums by outcome for one tenant; `spooled` among them. */
async function books(registry: Registry, tenantId: number) {
  const of = (samples: readonly Sample[], outcome?: string) =>
    samples
      .filter(({ labels }) => labels.tenant === String(tenantId))
      .filter(({ labels }) => outcome === undefined || labels.outcome === outcome)
      .reduce((sum, { value }) => sum + value, 0);
  const items = await valuesOf(registry, 'gob_receiver_items_total');
  return {
    recovered: of(items, 'recovered'),
    stored: of(items, 'stored'),
    rejected: of(items, 'rejected'),
    spooled: of(await valuesOf(registry, 'gob_receiver_spooled_items')),
  };
}

const TENANTS = [1, 2, 3];

describe('the spool under random trouble', () => {
  it.each([11, 22, 33, 44, 55])(
    'stores every export once and accounts for each, restarts included (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const store = new UnreliableStore(random, { share: 0.6 });
      const expected: string[] = [];
      const bad: string[] = [];
      const totals = new Map(
        TENANTS.map((tenantId) => [tenantId, { acknowledged: 0, stored: 0, rejected: 0 }]),
      );
      let serial = 0;
      for (let life = 0; life < 5; life++) {
        const { pipeline, registry } = await openPipeline(store);
        const written = new Map(TENANTS.map((tenantId) => [tenantId, 0]));
        for (let round = 0; round < 10; round++) {
          const writes = Array.from({ length: Math.ceil(random() * 12) }, async () => {
            const tenantId = TENANTS[Math.floor(random() * TENANTS.length)] ?? 1;
            const name = `${random() < 0.03 ? 'bad' : 'row'} ${serial++}`;
            await pipeline.write(delivery(tenantId, name));
            (name.startsWith('bad') ? bad : expected).push(name);
            written.set(tenantId, (written.get(tenantId) ?? 0) + 1);
          });
          await Promise.all(writes);
          await new Promise((resolve) => setTimeout(resolve, random() * 8));
        }
        const isLast = life === 4;
        if (isLast) store.trouble.share = 0;
        if (isLast) await expect.poll(() => leftOf(dataDir), { timeout: 20_000 }).toBe(0);
        await pipeline.close();
        for (const tenantId of TENANTS) {
          const { recovered, stored, rejected, spooled } = await books(registry, tenantId);
          expect((written.get(tenantId) ?? 0) + recovered).toBe(stored + rejected + spooled);
          const total = totals.get(tenantId);
          if (total) total.acknowledged += written.get(tenantId) ?? 0;
          if (total) total.stored += stored;
          if (total) total.rejected += rejected;
          if (isLast && total) expect(total.acknowledged).toBe(total.stored + total.rejected);
        }
      }
      expect([...store.rows].sort()).toEqual(expected.sort());
      expect(
        (await readdir(join(dataDir, 'dead-letter'), { recursive: true }).catch(() => [])).filter((name) =>
          name.endsWith('.seg'),
        ).length,
      ).toBe(bad.length);
    },
    40_000,
  );
});

describe('two workers', () => {
  it('do not take from each other while both live; what one leaves the other takes over', async () => {
    const away = new UnreliableStore(() => 0, { share: 1 });
    const first = await openPipeline(away, { worker: 'a' });
    await first.pipeline.write(delivery(1, 'row 1'));
    const store = new UnreliableStore(() => 1, { share: 0.001 });
    const second = await openPipeline(store, { worker: 'b' });
    await second.pipeline.write(delivery(1, 'row 2'));
    await expect.poll(() => store.rows).toEqual(['row 2']);
    expect(await readdir(join(dataDir, 'spool'))).toEqual(['a', 'b']);
    await first.pipeline.close();
    await expect.poll(() => store.rows, { timeout: 9_000 }).toEqual(['row 2', 'row 1']);
    await expect.poll(() => readdir(join(dataDir, 'spool'))).toEqual(['b']);
    await second.pipeline.close();
  }, 20_000);
});

function delivery(tenantId: number, name: string): Delivery {
  const block = { table: 'spans', columns: ['A'], rows: 1, bytes: Buffer.from(`${name}\n`), days: [20_000] };
  const deadlineMs = performance.now() + 10_000;
  return {
    tenantId,
    signal: 'traces',
    projectId: 7n,
    minute: 1,
    shares: [{ service: 'shop', items: 1, bytes: 10 }],
    database: 'd',
    deadlineMs,
    blocks: [block],
  };
}

async function leftOf(directory: string): Promise<number> {
  const names = await readdir(join(directory, 'spool', 'w'));
  return names.filter((name) => /\.(seg|split)$/.test(name)).length;
}
