import { createHash } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { messageOf } from '../errors/app-error.js';
import type { Closable } from '../lifecycle/lifecycle.js';
import type { Logger } from '../telemetry/logger.js';
import { expiryOf, readTlsFiles, type TlsContents, type TlsFiles, toContextOptions } from './tls-files.js';

type ReloadListener = (options: SecureContextOptions) => void;

/**
 * Certificate, key and client authorities of one port, which follow their files. New connections get the new ones, running
 * connections keep theirs. Files that are not right leave the last good state in force.
 */
export class ReloadingTls implements Closable {
  readonly requiresClientCertificate: boolean;
  readonly #files: TlsFiles;
  readonly #logger: Logger;
  readonly #listeners = new Set<ReloadListener>();
  #options: SecureContextOptions;
  /** What was looked at last, good or bad, so that a bad state is reported once. */
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  /** Rejects with one line that names the setting when the files are not right. */
  static async open(files: TlsFiles, logger: Logger): Promise<ReloadingTls> {
    const contents = await readTlsFiles(files);
    return new ReloadingTls(files, contents, logger);
  }

  private constructor(files: TlsFiles, contents: TlsContents, logger: Logger) {
    this.#files = files;
    this.#logger = logger;
    this.#options = toContextOptions(files, contents);
    this.#seen = digestOf(contents);
    this.requiresClientCertificate = files.clientCaFile !== undefined;
    this.#warnOfExpiry(contents);
    if (files.reloadIntervalMs > 0)
      this.#timer = setInterval(() => void this.#look(), files.reloadIntervalMs).unref();
  }

  /** For new servers; later changes come to `onReload`. */
  get contextOptions(): SecureContextOptions {
    return this.#options;
  }

  onReload(listener: ReloadListener): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  async #look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#reload();
    } finally {
      this.#busy = false;
    }
  }

  async #reload(): Promise<void> {
    const { setting } = this.#files;
    try {
      const contents = await readTlsFiles(this.#files);
      if (!this.#isNew(digestOf(contents))) return;
      this.#options = toContextOptions(this.#files, contents);
      for (const listener of this.#listeners) listener(this.#options);
      this.#logger.info({ setting, validTo: expiryOf(contents) }, 'certificates reloaded');
      this.#warnOfExpiry(contents);
    } catch (error) {
      const reason = messageOf(error);
      // A file that cannot be read has no digest; a file that can was noted above.
      if (reason.includes('cannot be read') && !this.#isNew(reason)) return;
      this.#logger.error({ setting, reason }, 'certificates not reloaded, the previous ones stay in force');
    }
  }

  #isNew(state: string): boolean {
    const isNew = state !== this.#seen;
    this.#seen = state;
    return isNew;
  }

  #warnOfExpiry(contents: TlsContents): void {
    const validTo = expiryOf(contents);
    if (validTo.getTime() < Date.now())
      this.#logger.warn(
        { file: this.#files.certFile, validTo },
        'the certificate has expired, clients will refuse it',
      );
  }
}

function digestOf({ cert, key, clientCa }: TlsContents): string {
  const hash = createHash('sha256');
  for (const part of [cert, key, clientCa ?? Buffer.alloc(0)]) hash.update(`${part.length} `).update(part);
  return hash.digest('hex');
}
