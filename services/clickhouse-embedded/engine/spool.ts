import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Directory for request bodies and large results; they live only as long as their request. */
export class Spool {
  private readonly dir: string;

  /** @param dataDir a directory that this process owns: what a killed process left in its spool is removed. */
  constructor(dataDir: string) {
    this.dir = join(dataDir, 'http-spool');
    rmSync(this.dir, { recursive: true, force: true });
    mkdirSync(this.dir, { mode: 0o700 });
  }

  /** Runs `use` with the path of a file that does not exist yet, and removes the file afterwards. */
  async withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.dir, randomUUID());
    try {
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}
