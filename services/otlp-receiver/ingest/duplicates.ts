import { hash } from 'node:crypto';
import type { TranscodeResult } from '../transcode/transcode.js';

export interface DuplicatesOptions {
  /** How long an export is remembered from its arrival on; 0 remembers none. */
  readonly windowMs: number;
  /** Memory for all that is remembered. Of too much, the oldest goes first. */
  readonly maxBytes: number;
}

/** Key, entry, answer and their place in the map, as measured on Node 20. */
const ENTRY_BYTES = 400;
const HASH_BYTES = 16;

interface Entry {
  readonly answer: Promise<TranscodeResult>;
  readonly arrivedMs: number;
}

/**
 * Recognises an export that is sent again, as exporters do when an answer was lost on the way: the same bytes from the same
 * tenant and project. Remembered in memory only, by each process for itself.
 */
export class Duplicates {
  readonly #options: DuplicatesOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: DuplicatesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The answer to the first export of this key, also while that one is being worked on; undefined when there is none. */
  find(key: string, nowMs: number = performance.now()): Promise<TranscodeResult> | undefined {
    const entry = this.#entries.get(key);
    return entry && nowMs - entry.arrivedMs < this.#options.windowMs ? entry.answer : undefined;
  }

  /** Remembers an export until the window is over, unless it fails: then the next one is the first again. */
  remember(key: string, answer: Promise<TranscodeResult>, nowMs: number = performance.now()): void {
    const entry = { answer, arrivedMs: nowMs };
    answer.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    if (this.#options.windowMs <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#forget(nowMs);
  }

  #forget(nowMs: number): void {
    const { windowMs, maxBytes } = this.#options;
    for (const [key, { arrivedMs }] of this.#entries) {
      const isTooMuch = this.#entries.size * ENTRY_BYTES > maxBytes;
      if (!isTooMuch && nowMs - arrivedMs < windowMs) return;
      this.#entries.delete(key);
    }
  }
}

const NO_BLOCKS: TranscodeResult['blocks'] = [];
const NONE_REJECTED: TranscodeResult['rejected'] = new Map();

/** What is left of a result once its rows are durable: the answer. */
export function answerOf({ accepted, rejected, firstRejection, warning }: TranscodeResult): TranscodeResult {
  const reasons = rejected.size === 0 ? NONE_REJECTED : rejected;
  return { blocks: NO_BLOCKS, accepted, rejected: reasons, firstRejection, warning };
}

export interface ExportIdentity {
  readonly tenantId: number;
  readonly projectId: bigint;
  readonly signal: string;
}

/**
 * Whoever finds two bodies with one hash only makes a body of their own disappear, so a quarter of the digest is enough.
 * BLAKE2b is the fastest of the sound hashes that Node has, nearly twice as fast as SHA-256.
 */
export function duplicateKey({ tenantId, projectId, signal }: ExportIdentity, body: Uint8Array): string {
  const digest = hash('blake2b512', body, 'buffer').toString('base64', 0, HASH_BYTES);
  return `${tenantId} ${projectId} ${signal} ${digest}`;
}
