import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { AppError, messageOf } from '../errors/app-error.js';
import { parseFlags } from './flags.js';
import { HelpAsked } from './help.js';
import type { ConfigOf, Setting, Settings } from './setting.js';
import { flattenYaml, isForeignSection } from './yaml-file.js';

export interface ConfigSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Text of a setting and where it was found, for the error message. */
interface Found {
  readonly text: string;
  readonly source: string;
}

/**
 * Reads a process's settings: defaults < YAML file (`--config` or `CONFIG_FILE`) < environment < flags. An empty
 * environment variable counts as unset. Throws one error that lists every bad value, unknown flag and unknown key; `HelpAsked` when
 * `--help` is among the flags.
 */
export function loadConfig<const S extends Settings>(settings: S, sources: ConfigSources): ConfigOf<S> {
  if (sources.argv.includes('--help')) throw new HelpAsked(settings);
  const problems: string[] = [];
  const flags = parseFlags(settings, sources.argv, problems);
  const path = flags.get('config');
  const named =
    path === undefined ? fileOf('CONFIG_FILE', sources.env.CONFIG_FILE) : fileOf('--config', path);
  const file = readConfigFile(settings, named, problems);
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const found =
      fromFlag(setting, flags) ??
      fromEnv(setting, sources.env) ??
      fromFile(setting, file) ??
      fromDefault(setting);
    config[name] = found && parseValue(setting, found, problems);
  }
  if (problems.length > 0) {
    throw new AppError(
      'invalid_argument',
      `The configuration is not valid:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
  return config as ConfigOf<S>;
}

function parseValue(setting: Setting<unknown>, found: Found, problems: string[]): unknown {
  try {
    return setting.type.parse(found.text);
  } catch (error) {
    const reason = setting.secret ? messageOf(error).replace(/, got .*$/s, '') : messageOf(error);
    problems.push(`${found.source}: ${reason}`);
    return undefined;
  }
}

function fromFlag(setting: Setting<unknown>, flags: ReadonlyMap<string, string>): Found | undefined {
  for (const flag of setting.flags ?? []) {
    const text = flags.get(flag);
    if (text !== undefined) return { text, source: `--${flag}` };
  }
  return undefined;
}

function fromEnv(setting: Setting<unknown>, env: ConfigSources['env']): Found | undefined {
  const text = env[setting.env];
  return text === undefined || text === '' ? undefined : { text, source: setting.env };
}

function fromFile(setting: Setting<unknown>, file: ReadonlyMap<string, string>): Found | undefined {
  for (const path of [setting.yaml, ...(setting.yamlAliases ?? [])]) {
    const text = file.get(path);
    if (text !== undefined) return { text, source: `${path} in the configuration file` };
  }
  return undefined;
}

function fromDefault(setting: Setting<unknown>): Found | undefined {
  return setting.default === undefined
    ? undefined
    : { text: setting.default, source: `default of ${setting.env}` };
}

const fileOf = (source: string, path = ''): Found => ({ text: path, source });

function readConfigFile(
  settings: Settings,
  { text: path, source }: Found,
  problems: string[],
): Map<string, string> {
  if (path === '') return new Map();
  try {
    const values = flattenYaml(parseYaml(readFileSync(path, 'utf8')));
    reportUnknownKeys(settings, values, path, problems);
    return values;
  } catch (error) {
    problems.push(`${source}: cannot read ${path}: ${messageOf(error).split('\n')[0]}`);
    return new Map();
  }
}

function reportUnknownKeys(
  settings: Settings,
  values: ReadonlyMap<string, string>,
  path: string,
  problems: string[],
): void {
  const known = new Set(
    Object.values(settings).flatMap((setting) => [setting.yaml, ...(setting.yamlAliases ?? [])]),
  );
  for (const key of values.keys()) {
    if (!known.has(key) && !isForeignSection(key, known))
      problems.push(`${key} in ${path}: there is no such setting`);
  }
}
