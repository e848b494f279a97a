import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../../lib/errors/app-error.js';

/** Makes the directory, readable by its owner only, and proves that it can be written. Returns the absolute path. */
export function prepareDataDir(path: string): string {
  const absolute = resolve(path);
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o700 });
    if (!statSync(absolute).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new AppError(
      'invalid_argument',
      `DATA_DIR: ${absolute} cannot be written (${code}). Choose another directory or change its owner.`,
      { cause },
    );
  }
  return absolute;
}
