import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registry } from '../../../../lib/telemetry/metrics.js';
import { encodeRequest, makeRequest, makeSpan } from '../clients.js';

export interface TestDataDir {
  readonly path: string;
  /** Files below `spool/<worker>`, the lock left out. */
  spooled(worker?: string): string[];
  filesIn(directory: string): string[];
  close(): void;
}

export function makeDataDir(): TestDataDir {
  const path = mkdtempSync(join(tmpdir(), 'gob-spool-'));
  const filesIn = (directory: string) => {
    try {
      return readdirSync(join(path, directory)).filter((name) => name !== 'instance.lock');
    } catch {
      return [];
    }
  };
  return {
    path,
    spooled: (worker = 'otlp-receiver') => filesIn(join('spool', worker)),
    filesIn,
    close: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const oneSpan = (traceId: Buffer): Buffer => encodeRequest(makeRequest([makeSpan({ traceId })]));

export interface Books {
  readonly received: number;
  readonly recovered: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly spooled: number;
}

type Unit = 'items' | 'bytes';
interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The ledger of all tenants as Prometheus sees it. */
export async function booksOf(registry: Registry, unit: Unit): Promise<Books> {
  const samplesOf = async (name: string): Promise<Sample[]> => {
    const metric = await registry.getSingleMetric(name)?.get();
    return (metric?.values ?? []) as Sample[];
  };
  const sum = (samples: readonly Sample[]) => samples.reduce((total, { value }) => total + value, 0);
  const entries = await samplesOf(`gob_receiver_${unit}_total`);
  const of = (outcome: string) => sum(entries.filter(({ labels }) => labels.outcome === outcome));
  return {
    received: of('received'),
    recovered: of('recovered'),
    stored: of('stored'),
    duplicate: of('duplicate'),
    rejected: of('rejected'),
    spooled: sum(await samplesOf(`gob_receiver_spooled_${unit}`)),
  };
}

/** What came in less what became of it: 0 when the books balance. */
export function difference(books: Books): number {
  const { received, recovered, stored, duplicate, rejected, spooled } = books;
  return received + recovered - (stored + duplicate + rejected + spooled);
}
