import { link, mkdir, readdir, readFile, rename, stat, truncate, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../../../lib/errors/app-error.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import { errorCodeOf } from '../files.js';
import { SpoolDirectory } from '../spool-directory.js';
import type { SpoolMetrics } from '../spool-metrics.js';
import { type Sum, Sums } from '../sums.js';
import { SEGMENT_NAME, type SealedSegment, SHARED_LANE } from './segment.js';
import { type ScannedSegment, scanSegment } from './segment-scan.js';

export interface RecoveryOptions {
  readonly own: SpoolDirectory;
  /** Where files go that are not sound segments. */
  readonly quarantineDirectory: string;
  readonly onSegment: (segment: SealedSegment) => void;
  readonly metrics: SpoolMetrics;
  readonly logger: Logger;
}

/** Segments of other processes: what this worker's predecessor left, and what workers left that are no more. */
export class Recovery {
  readonly #options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Takes up the files that are there. One that cannot be taken up is set aside; only an unreadable directory rejects. */
  async takeUp(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (const name of names) {
      if (signal.aborted) return;
      const path = this.#options.own.pathOf(name);
      await this.#takeUpOne(path).catch((error) => this.#onUnusable(path, error));
      // Checksums of a large backlog take a while; exports come in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Moves the segments of workers that do not run into the own directory. A file moves as a whole or not at all, so of two
   * adopters one gets it.
   */
  async adopt(signal: AbortSignal): Promise<void> {
    const { own } = this.#options;
    const root = dirname(own.path);
    const siblings = (await readdir(root, { withFileTypes: true })).filter(
      (entry) => entry.isDirectory() && entry.name !== basename(own.path),
    );
    for (const { name } of siblings) {
      const orphan = signal.aborted ? undefined : await SpoolDirectory.tryOpen(join(root, name));
      if (orphan) await this.#adoptFrom(orphan, signal);
    }
  }

  async setAside(path: string, reason: string): Promise<void> {
    const target = `${await this.#quarantinePath(path)}.${Date.now()}`;
    await rename(path, target);
    this.#report(path, target, reason);
  }

  async #onUnusable(path: string, error: unknown): Promise<void> {
    this.#options.logger.error({ path, reason: messageOf(error) }, 'a spool file cannot be taken up');
    await this.setAside(path, 'unreadable').catch(() => undefined);
  }

  async #adoptFrom(orphan: SpoolDirectory, signal: AbortSignal): Promise<void> {
    const moved: string[] = [];
    for (const name of await orphan.names()) {
      const isMoved = await rename(orphan.pathOf(name), this.#options.own.pathOf(name)).then(
        () => true,
        () => false,
      );
      if (isMoved) moved.push(name);
    }
    await orphan.remove();
    if (moved.length > 0)
      this.#options.logger.info(
        { from: basename(orphan.path), files: moved.length },
        'took over the spool of a worker that does not run',
      );
    await this.takeUp(moved, signal);
  }

  async #takeUpOne(path: string): Promise<void> {
    const info = await stat(path);
    if (path.endsWith('.tmp')) return unlink(path);
    if (!info.isFile() || !SEGMENT_NAME.test(basename(path))) return this.setAside(path, 'foreign');
    const bytes = await readFile(path);
    const scanned = scanSegment(bytes, { verify: true });
    if (!scanned && bytes.every((byte) => byte === 0)) return this.#dropUnwritten(path, bytes.length);
    if (!scanned) return this.setAside(path, 'no_header');
    if (scanned.damage === 'torn') await this.#cut(path, bytes.length, scanned.soundBytes);
    if (scanned.damage === 'corrupt') await this.#keepCopy(path, scanned);
    if (scanned.records.length === 0) return unlink(path);
    this.#options.metrics.recoveredSegment();
    const sums = sumsOf(scanned);
    this.#options.onSegment({
      path,
      header: scanned.header,
      durableBytes: scanned.damage === 'torn' ? scanned.soundBytes : bytes.length,
      sums,
      lane: laneOf(sums),
      verify: true,
    });
  }

  /** A crash between making the file and writing it. */
  async #dropUnwritten(path: string, bytes: number): Promise<void> {
    this.#options.metrics.tornBytes(bytes);
    await unlink(path);
  }

  async #cut(path: string, bytes: number, soundBytes: number): Promise<void> {
    const tornBytes = bytes - soundBytes;
    this.#options.metrics.tornBytes(tornBytes);
    this.#options.logger.warn({ path, tornBytes }, 'cut off the unacknowledged end of a segment');
    await truncate(path, soundBytes);
  }

  /** The sound records are still sent; the file as it is stays for whoever looks into it. */
  async #keepCopy(path: string, { soundBytes, records }: ScannedSegment): Promise<void> {
    const target = await this.#quarantinePath(path);
    await link(path, target).catch((error) => {
      if (errorCodeOf(error) !== 'EEXIST') throw error;
    });
    this.#report(path, target, 'corrupt');
    this.#options.logger.error(
      { path, firstDamageAt: soundBytes, soundRecords: records.length },
      'a segment is damaged: its sound records are stored, the others are lost',
    );
  }

  async #quarantinePath(path: string): Promise<string> {
    const { quarantineDirectory, own } = this.#options;
    await mkdir(quarantineDirectory, { recursive: true, mode: 0o700 });
    return join(quarantineDirectory, `${basename(own.path)}-${basename(path)}`);
  }

  #report(path: string, target: string, reason: string): void {
    this.#options.metrics.setAside(reason);
    this.#options.logger.error({ path, target, reason }, 'a spool file was set aside');
  }
}

/** As it was when it was written, or a lane of its own for a tenant that was alone: that is no worse for anybody. */
function laneOf(sums: readonly Sum[]): number {
  const [tenantId = SHARED_LANE, ...others] = new Set(sums.map(({ account }) => account.tenantId));
  return others.length === 0 ? tenantId : SHARED_LANE;
}

function sumsOf({ header, records }: ScannedSegment) {
  const sums = new Sums(header);
  for (const record of records) sums.add(record.meta(), record.body.length);
  return sums.values();
}
