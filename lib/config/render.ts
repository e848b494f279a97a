import type { Setting, Settings } from './setting.js';
import { redactUrl } from './value-types.js';

/** The configuration as it may be logged: secrets are `***`, passwords in URLs too. */
export function maskConfig(
  settings: Settings,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = Object.entries(settings).map(
    ([name, setting]) => [name, maskValue(setting, config[name])] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function maskValue(setting: Setting<unknown>, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (setting.secret) return '***';
  return typeof value === 'string' ? redactUrl(value) : value;
}

/** One table of docs/configuration.md. */
export function renderSettingsTable(title: string, settings: Settings): string {
  const rows = Object.values(settings).map((setting) => `| ${cells(setting).join(' | ')} |`);
  return [
    `## ${title}`,
    '',
    '| Environment | Flag | YAML | Value | Default | Meaning |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function cells(setting: Setting<unknown>): string[] {
  const flags = (setting.flags ?? []).map((flag) => `\`--${flag}\``).join(', ');
  const yaml = [setting.yaml, ...(setting.yamlAliases ?? [])].map((path) => `\`${path}\``).join(', ');
  const fallback =
    setting.default === undefined ? '–' : `\`${setting.default === '' ? '""' : setting.default}\``;
  const meaning = setting.secret ? `${setting.description} Secret.` : setting.description;
  return [`\`${setting.env}\``, flags || '–', yaml, setting.type.label, fallback, meaning];
}
