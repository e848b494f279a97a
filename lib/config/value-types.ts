import { type Address, parseAddress } from './address.js';

/** How a setting's text becomes a typed value. `parse` throws an Error whose message completes "<name>: ". */
export interface ValueType<T> {
  /** What the documentation calls it. */
  readonly label: string;
  readonly parse: (text: string) => T;
}

const expected = (what: string, text: string): Error => new Error(`expected ${what}, got "${text}"`);

export const address: ValueType<Address> = {
  label: 'address (`host:port` or `:port`)',
  parse(text) {
    const parsed = parseAddress(text);
    if (!parsed) throw expected('host:port or :port with a port from 0 to 65535', text);
    return parsed;
  },
};

export const text: ValueType<string> = { label: 'text', parse: (value) => value };

export const path: ValueType<string> = {
  label: 'path',
  parse(value) {
    if (value.trim() === '') throw expected('a path', value);
    return value;
  },
};

export const boolean: ValueType<boolean> = {
  label: '`true` or `false`',
  parse(value) {
    if (value !== 'true' && value !== 'false') throw expected('true or false', value);
    return value === 'true';
  },
};

export function integer(min: number, max: number): ValueType<number> {
  return {
    label: `integer from ${min} to ${max}`,
    parse(value) {
      const number = Number(value);
      if (!/^-?\d+$/.test(value.trim()) || number < min || number > max)
        throw expected(`an integer from ${min} to ${max}`, value);
      return number;
    },
  };
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

export const bytes: ValueType<number> = {
  label: 'size (`1048576`, `16MiB`, `2GiB`)',
  parse(value) {
    const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/.exec(value.trim());
    const unit = BYTE_UNITS[match?.[2] ?? ''];
    if (!match || unit === undefined) throw expected('a size such as 1048576, 16MiB or 2GiB', value);
    return Math.round(Number(match[1]) * unit);
  },
};

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export const durationMs: ValueType<number> = {
  label: 'duration (`500ms`, `10s`, `5m`, `30d`)',
  parse(value) {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value.trim());
    const unit = DURATION_UNITS_MS[match?.[2] ?? 'none'];
    if (!match || unit === undefined) throw expected('a duration such as 500ms, 10s or 5m', value);
    return Math.round(Number(match[1]) * unit);
  },
};

export function oneOf<const T extends string>(...values: readonly T[]): ValueType<T> {
  return {
    label: values.map((value) => `\`${value}\``).join(', '),
    parse(value) {
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) throw expected(`one of ${values.join(', ')}`, value);
      return found;
    },
  };
}

/** An absolute http(s) URL without a trailing slash. Credentials in it are kept, so a setting of this type is a secret. */
export const httpUrl: ValueType<string> = {
  label: 'URL (`http://host:port`)',
  parse(value) {
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
      throw expected('an http:// or https:// URL', redactUrl(value));
    return value.replace(/\/+$/, '');
  },
};

/** A list in brackets or bare, separated by commas. */
export const list: ValueType<readonly string[]> = {
  label: 'list (`a,b` or `[a, b]`)',
  parse: (value) =>
    value
      .trim()
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((item) => item.trim().replace(/^"|"$/g, ''))
      .filter((item) => item !== ''),
};

/** A URL as it may be shown: without user and password. */
export function redactUrl(value: string): string {
  return value.replace(/\/\/[^/@]*@/, '//***@');
}
