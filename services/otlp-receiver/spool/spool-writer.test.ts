import { type FileHandle, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../lib/telemetry/metrics.js';
import { Books } from '../ledger/books/books.js';
import { createLedger } from '../ledger/ledger.js';
import type { Delivery } from '../pipeline/pipeline.js';
import type { OpenFile } from './files.js';
import { OpenSegments } from './segments/open-segments.js';
import type { SealedSegment } from './segments/segment.js';
import type { SegmentLimits } from './segments/segment-file.js';
import { scanSegment } from './segments/segment-scan.js';
import { createSpoolMetrics } from './spool-metrics.js';
import { SpoolUsage } from './spool-usage.js';
import { SpoolWriter } from './spool-writer.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gob-writer-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface DiskFaults {
  /** Called before each write and sync; what it throws is what the disk says. */
  onWrite?: () => void | Promise<void>;
  /** `file` counts the files in the order in which they were opened. */
  onSync?: (file: number) => void | Promise<void>;
}

/** Real files on a disk that can fail. */
function failingOpen(faults: DiskFaults): OpenFile {
  let files = 0;
  return async (path, flags, mode) => {
    const file = files++;
    const handle = await open(path, flags, mode);
    return new Proxy(handle, {
      get(target, name) {
        const method = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return async (...parameters: unknown[]) => {
          if (name === 'writev') await faults.onWrite?.();
          if (name === 'datasync') await faults.onSync?.(file);
          return method.apply(target, parameters);
        };
      },
    }) as FileHandle;
  };
}

const LIMITS: SegmentLimits = { maxRows: 1_000, maxBytes: 1e6, maxDays: 90 };

function startWriter(faults: DiskFaults = {}, limits: Partial<SegmentLimits> = {}) {
  const registry = new Registry();
  const metrics = createSpoolMetrics(registry);
  const sealed: SealedSegment[] = [];
  const usage = new SpoolUsage({ totalBytes: 1e9, tenantBytes: 1e9 });
  const segments = new OpenSegments({
    directory,
    worker: 'w',
    limits: { ...LIMITS, ...limits },
    lingerMs: 20,
    maxAgeMs: 50,
    open: failingOpen(faults),
    onSealed: (segment) => sealed.push(segment),
  });
  const writer = new SpoolWriter({
    segments,
    usage,
    requireSpace: () => undefined,
    canFlush: () => true,
    heavyBytes: 2 ** 20,
    ledger: createLedger(registry, new Books('d', registry)),
    metrics,
    logger: pino({ level: 'silent' }),
  });
  return { writer, sealed, usage, registry };
}

let serial = 0;
function delivery(overrides: Partial<Delivery> & { readonly tables?: readonly string[] } = {}): Delivery {
  const { tables = ['spans'], ...rest } = overrides;
  const bytes = Buffer.from(`block ${serial++}`);
  const blocks = tables.map((table) => ({ table, columns: ['A'], rows: 1, bytes, days: [20_000] }));
  const deadlineMs = performance.now() + 5_000;
  return {
    tenantId: 1,
    signal: 'traces',
    projectId: 7n,
    minute: 1,
    shares: [{ service: 'shop', items: 1, bytes: 10 }],
    database: 'd',
    deadlineMs,
    blocks,
    ...rest,
  };
}

async function recordsIn(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(paths.map((path) => readFile(path)));
  return files.flatMap((bytes) =>
    (scanSegment(bytes, { verify: true })?.records ?? []).map(({ body }) => body.toString()),
  );
}
const textOf = ({ blocks }: Delivery) => Buffer.from(blocks[0]?.bytes ?? '').toString();

describe('writing', () => {
  it('syncs exports of the same moment once, and has them on disk when it says so', async () => {
    let syncs = 0;
    const { writer, sealed } = startWriter({ onSync: () => void syncs++ });
    const deliveries = Array.from({ length: 50 }, () => delivery());
    await Promise.all(deliveries.map((each) => writer.write(each)));
    expect(syncs).toBe(1);
    const files = (await readdir(directory)).map((name) => join(directory, name));
    expect(await recordsIn(files)).toEqual(deliveries.map(textOf));
    await writer.close();
    expect(sealed.length).toBe(1);
  });

  it.each<[string, Partial<SegmentLimits>]>([
    ['rows', { maxRows: 10 }],
    ['bytes', { maxBytes: 100 }],
  ])(
    'closes segments by %s, each record in one of them, each with a token of its own',
    async (_name, limits) => {
      const { writer, sealed } = startWriter({}, limits);
      const deliveries = Array.from({ length: 55 }, () => delivery());
      await Promise.all(deliveries.map((each) => writer.write(each)));
      await writer.close();
      expect(sealed.length).toBeGreaterThanOrEqual(5);
      expect(new Set(sealed.map(({ header }) => header.token)).size).toBe(sealed.length);
      const records = await recordsIn(sealed.map(({ path }) => path));
      expect(records.sort()).toEqual(deliveries.map(textOf).sort());
    },
  );

  it('keeps a segment below the days that one insert may touch', async () => {
    const { writer, sealed } = startWriter({}, { maxDays: 3 });
    for (let day = 0; day < 7; day++) {
      const [block] = delivery().blocks;
      if (block) await writer.write(delivery({ blocks: [{ ...block, days: [day] }] }));
    }
    await writer.close();
    for (const { path } of sealed) {
      const scanned = scanSegment(await readFile(path), { verify: true });
      expect(new Set(scanned?.records.flatMap((record) => record.meta().days)).size).toBeLessThanOrEqual(3);
    }
  });

  it("does not let one tenant's backlog delay another's acknowledgement", async () => {
    const { writer } = startWriter();
    const mebibyte = Buffer.alloc(2 ** 20);
    const [block] = delivery().blocks;
    if (!block) throw new Error('no block');
    const order: number[] = [];
    const large = () =>
      writer.write(delivery({ blocks: [{ ...block, bytes: mebibyte }] })).then(() => order.push(1));
    const flood = Array.from({ length: 40 }, large);
    const small = writer.write(delivery({ tenantId: 2 })).then(() => order.push(2));
    await Promise.all([...flood, small]);
    expect(order.indexOf(2)).toBeLessThan(10);
    await writer.close();
  });
});

const errorOf = (code: string) => Object.assign(new Error(`${code}: the disk says no`), { code });

describe('a disk that fails', () => {
  it.each(['ENOSPC', 'EIO'])('acknowledges nothing on %s, and goes on when it is over', async (code) => {
    const faults: DiskFaults = {};
    const { writer, sealed, usage, registry } = startWriter(faults);
    const kept = delivery();
    await writer.write(kept);
    faults[code === 'EIO' ? 'onSync' : 'onWrite'] = () => {
      throw errorOf(code);
    };
    const lost = delivery();
    const refusal = { code: 'unavailable', retryAfterMs: expect.any(Number) };
    await expect(writer.write(lost)).rejects.toMatchObject(refusal);
    await expect(writer.write(delivery())).rejects.toMatchObject(refusal);
    expect(usage.totalBytes).toBe(kept.blocks[0]?.bytes.length);
    expect(await registry.metrics()).toMatch(new RegExp(`spool_write_errors_total\\{code="${code}"\\} 1`));

    delete faults.onSync;
    delete faults.onWrite;
    const later = delivery();
    await expect
      .poll(
        () =>
          writer.write(later).then(
            () => true,
            () => false,
          ),
        { timeout: 5_000 },
      )
      .toBe(true);
    await writer.close();
    expect(await recordsIn(sealed.map(({ path }) => path))).toEqual([kept, later].map(textOf));
  });

  it('tells the exporter of two tables to come back when one of them failed, and keeps the books', async () => {
    const faults: DiskFaults = {};
    const { writer, sealed, registry } = startWriter(faults);
    faults.onSync = (file) => {
      if (file === 1) throw errorOf('EIO');
    };
    await expect(writer.write(delivery({ tables: ['logs', 'attr_catalog'] }))).rejects.toMatchObject({
      code: 'unavailable',
    });
    await writer.close();
    expect(sealed.map(({ header }) => header.table)).toEqual(['logs']);
    const text = await registry.metrics();
    expect(text).toMatch(/items_total\{[^}]*outcome="recovered"[^}]*\} 1/);
    expect(text).toMatch(/spooled_items\{[^}]*\} 1/);
  });

  it('lets nobody wait longer than the deadline when it hangs', async () => {
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { writer } = startWriter({ onSync: () => hanging });
    const deadline = () => ({ deadlineMs: performance.now() + 100 });
    const first = writer.write(delivery(deadline()));
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await expect(writer.write(delivery(deadline()))).rejects.toMatchObject({ code: 'unavailable' });
    release();
    await writer.close();
  });
});
