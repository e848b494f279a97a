import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScannedRecord } from '../segments/segment-scan.js';
import { DeadLetterBox } from './dead-letter-box.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gob-letters-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

let serial = 0;
const header = () => {
  const createdUnixMs = 1_700_000_000_000 + serial++;
  return {
    id: 'a'.repeat(32),
    database: 'd',
    table: 'spans',
    columns: ['A'],
    token: `t${serial}`,
    createdUnixMs,
  };
};
const record = (tenantId: number, bytes: number): ScannedRecord => ({
  offset: 0,
  frame: Buffer.alloc(0),
  body: Buffer.alloc(bytes),
  meta: () => ({ tenantId, signal: 'traces', items: 1, bytes: 1, rows: 1, days: [20_000] }),
});

function openBox() {
  const dropped: number[] = [];
  const box = new DeadLetterBox({
    ...{ directory, totalBytes: 20_000, tenantBytes: 10_000 },
    onDropped: (tenantId) => dropped.push(tenantId),
  });
  return { box, dropped };
}
const lettersOf = async (tenantId: number) => (await readdir(join(directory, String(tenantId)))).sort();

it("keeps a tenant to its share, by dropping its oldest letters and no other's", async () => {
  const { box, dropped } = openBox();
  await box.keep(header(), record(2, 4_000));
  const paths = [];
  for (let count = 0; count < 5; count++) paths.push(await box.keep(header(), record(1, 4_000)));
  expect(dropped).toEqual([1, 1, 1]);
  expect(await lettersOf(1)).toEqual(paths.slice(3).map((path) => path.split('/').at(-1)));
  expect(await lettersOf(2)).toHaveLength(1);
  expect(box.bytes).toBeLessThan(20_000);
});

it('holds all of them to a size, also those of earlier processes, and keeps one that is larger than any share', async () => {
  for (const tenantId of [1, 2]) await openBox().box.keep(header(), record(tenantId, 9_000));
  const { box, dropped } = openBox();
  await box.keep(header(), record(3, 9_000));
  expect(dropped).toEqual([1]);
  await box.keep(header(), record(4, 50_000));
  expect(await lettersOf(4)).toHaveLength(1);
  expect(dropped).toEqual([1, 2, 3]);
});

it('has one letter for a record that is kept twice', async () => {
  const { box } = openBox();
  const own = header();
  for (let count = 0; count < 2; count++) await box.keep(own, record(1, 100));
  expect(await lettersOf(1)).toHaveLength(1);
  expect(box.bytes).toBeLessThan(1_000);
});
