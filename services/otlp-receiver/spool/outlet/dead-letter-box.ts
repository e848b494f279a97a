import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SEGMENT_NAME } from '../segments/segment.js';
import type { SegmentHeader } from '../segments/segment-format.js';
import type { ScannedRecord } from '../segments/segment-scan.js';
import { writeDeadLetter } from './dead-letters.js';

export interface DeadLetterBoxOptions {
  /** Letters of a tenant lie in a directory of their own below it. All workers of a data directory share them. */
  readonly directory: string;
  readonly totalBytes: number;
  readonly tenantBytes: number;
  /** A letter was dropped to make room. */
  readonly onDropped: (tenantId: number) => void;
}

/** So many files can still be looked through. */
const MAX_LETTERS = 10_000;
/** Others put letters in, and people take them out. */
const RESCAN_INTERVAL_MS = 30_000;

interface Letter {
  readonly tenantId: number;
  /** Begins with its time, so that names sort by age. */
  readonly name: string;
  readonly bytes: number;
}

/** Keeps what the store refuses for good, up to a size per tenant and in all: of too much, the oldest letters go. */
export class DeadLetterBox {
  readonly #options: DeadLetterBoxOptions;
  #letters: Letter[] = [];
  #scannedMs = Number.NEGATIVE_INFINITY;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DeadLetterBoxOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#letters.reduce((sum, letter) => sum + letter.bytes, 0);
  }

  /** Resolves with the letter's path when it is durable; the same record twice is one letter. */
  keep(header: SegmentHeader, record: ScannedRecord): Promise<string> {
    const kept = this.#last.then(() => this.#keep(header, record));
    this.#last = kept.catch(() => undefined);
    return kept;
  }

  async #keep(header: SegmentHeader, record: ScannedRecord): Promise<string> {
    const { tenantId } = record.meta();
    const directory = join(this.#options.directory, String(tenantId));
    const path = await writeDeadLetter(directory, header, record);
    if (performance.now() - this.#scannedMs > RESCAN_INTERVAL_MS) await this.#scan();
    else await this.#add(tenantId, path.slice(directory.length + 1));
    await this.#trim(tenantId);
    return path;
  }

  async #scan(): Promise<void> {
    this.#letters = [];
    const entries = await readdir(this.#options.directory, { withFileTypes: true });
    const tenants = entries.filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name));
    for (const { name: tenant } of tenants)
      for (const name of await readdir(join(this.#options.directory, tenant)))
        if (SEGMENT_NAME.test(name)) await this.#add(Number(tenant), name);
    this.#scannedMs = performance.now();
  }

  async #add(tenantId: number, name: string): Promise<void> {
    if (this.#letters.some((letter) => letter.tenantId === tenantId && letter.name === name)) return;
    const info = await stat(this.#pathOf({ tenantId, name })).catch(() => undefined);
    if (info) this.#letters.push({ tenantId, name, bytes: info.size });
  }

  async #trim(tenantId: number): Promise<void> {
    const { totalBytes, tenantBytes } = this.#options;
    await this.#dropOldest(tenantBytes, (letter) => letter.tenantId === tenantId);
    await this.#dropOldest(totalBytes, () => true);
  }

  /** The newest one always stays: its size has a limit of its own. */
  async #dropOldest(maxBytes: number, isMeant: (letter: Letter) => boolean): Promise<void> {
    const meant = this.#letters.filter(isMeant).sort((a, b) => (a.name < b.name ? -1 : 1));
    let bytes = meant.reduce((sum, letter) => sum + letter.bytes, 0);
    for (let count = meant.length; count > 1 && (bytes > maxBytes || count > MAX_LETTERS); count--) {
      const oldest = meant.shift() as Letter;
      bytes -= oldest.bytes;
      await unlink(this.#pathOf(oldest)).catch(() => undefined);
      this.#letters = this.#letters.filter((letter) => letter !== oldest);
      this.#options.onDropped(oldest.tenantId);
    }
  }

  #pathOf({ tenantId, name }: Pick<Letter, 'tenantId' | 'name'>): string {
    return join(this.#options.directory, String(tenantId), name);
  }
}
