import type { Setting, Settings } from './setting.js';

/** Thrown in place of a configuration when `--help` is among the flags: the process prints it and ends well. */
export class HelpAsked extends Error {
  readonly text: string;

  constructor(settings: Settings) {
    super('help was asked for');
    this.text = renderHelp(settings);
  }
}

/** Every setting with its names, its values, its default and its meaning. */
export function renderHelp(settings: Settings): string {
  return [
    'Settings: defaults < YAML file (--config FILE or CONFIG_FILE) < environment < flags.',
    '',
    ...Object.values(settings).flatMap(lines),
  ].join('\n');
}

function lines(setting: Setting<unknown>): string[] {
  const names = [setting.env, ...(setting.flags ?? []).map((flag) => `--${flag}`)].join(', ');
  const fallback = setting.default === undefined ? '' : `; default ${setting.default || 'empty'}`;
  // Labels and descriptions are written for Markdown.
  const plain = (text: string) => text.replaceAll('`', '');
  return [`  ${names}  (${plain(setting.type.label)}${fallback})`, `      ${plain(setting.description)}`, ''];
}
