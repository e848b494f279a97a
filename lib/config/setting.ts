import type { ValueType } from './value-types.js';

/** One setting: where it comes from, what it is, what it is good for. */
export interface Setting<T> {
  /** Dotted path in the YAML file. */
  readonly yaml: string;
  /** Further YAML paths that mean the same, for files of other programs (OpenTelemetry Collector). */
  readonly yamlAliases?: readonly string[];
  /** Environment variable. */
  readonly env: string;
  /** Command-line flags without dashes; the first is documented. */
  readonly flags?: readonly string[];
  readonly type: ValueType<T>;
  /** Text as it would be written by hand; undefined leaves the value undefined. */
  readonly default: string | undefined;
  /** Sentence for docs/configuration.md: unit, effect. */
  readonly description: string;
  /** Shown as `***` wherever configuration is printed. */
  readonly secret?: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of a group of settings, by name; a setting without a default may be undefined. */
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends { readonly type: ValueType<infer T>; readonly default: string }
    ? T
    : S[K] extends Setting<infer T>
      ? T | undefined
      : never;
};

/** Keeps the literal types of a group, so that ConfigOf can tell which values are always present. */
export function defineSettings<const S extends Settings>(settings: S): S {
  return settings;
}
