import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataDirLock } from './data-dir-lock.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('refuses a directory that a living process holds, and names the process', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(other.stdout, 'data');
  const startedAt = readFileSync(`/proc/${other.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  writeFileSync(join(directory, 'instance.lock'), `${other.pid} ${startedAt}\n`);
  await expect(DataDirLock.acquire(directory)).rejects.toThrowError(`is in use by process ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  (await DataDirLock.acquire(directory)).close();
});

it('takes over from an owner whose process id another process has by now', async () => {
  writeFileSync(join(directory, 'instance.lock'), '1 123456789012\n');
  const lock = await DataDirLock.acquire(directory);
  expect(readFileSync(join(directory, 'instance.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  lock.close();
  expect(existsSync(join(directory, 'instance.lock'))).toBe(false);
});
