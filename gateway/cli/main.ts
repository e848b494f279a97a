#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { messageOf } from '../../lib/errors/app-error.js';
import { runCommand } from './run-command.js';

try {
  const text = await runCommand(process.argv.slice(2), {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    fetch,
  });
  process.stdout.write(text);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
