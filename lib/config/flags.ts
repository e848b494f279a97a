import type { Settings } from './setting.js';

/** Reads `--name value` and `--name=value`. What is no flag of these settings is reported in `problems`. */
export function parseFlags(
  settings: Settings,
  argv: readonly string[],
  problems: string[],
): Map<string, string> {
  const known = new Set(['config', ...Object.values(settings).flatMap((setting) => setting.flags ?? [])]);
  const values = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const match = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(argv[index] ?? '');
    if (!match?.[1] || !known.has(match[1])) {
      problems.push(`${argv[index]}: there is no such flag`);
      continue;
    }
    const value = match[2] ?? argv[++index];
    if (value === undefined) problems.push(`--${match[1]}: a value is missing`);
    else values.set(match[1], value);
  }
  return values;
}
