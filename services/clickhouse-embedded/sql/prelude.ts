import { ClickHouseException } from '../clickhouse-exception.js';
import { identifier, stringLiteral } from './literal.js';

export interface PreludeParts {
  /** Setting name to value, as given in the request. */
  readonly settings: ReadonlyMap<string, string>;
  /** Query parameter name to value in ClickHouse's escaped form, as given in the request. */
  readonly params: ReadonlyMap<string, string>;
  readonly database?: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/**
 * Statements that give a fresh connection what a server takes from the request. All settings go in one SET: after
 * `readonly` has been set no further one would be allowed.
 * @throws ClickHouseException for a name that cannot be a setting or parameter.
 */
export function buildPrelude(parts: PreludeParts): string {
  const changes = [...parts.settings].map(
    ([name, value]) => `${settingName(name)} = ${stringLiteral(value)}`,
  );
  for (const [name, value] of parts.params)
    changes.push(`param_${paramName(name)} = ${stringLiteral(value)}`);
  const use = parts.database === undefined ? '' : `USE ${identifier(parts.database)};`;
  return `${use}${changes.length === 0 ? '' : `SET ${changes.join(', ')};`}`;
}

function settingName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ClickHouseException(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`);
}

function paramName(name: string): string {
  if (NAME.test(name)) return name;
  throw new ClickHouseException(36, 'BAD_ARGUMENTS', `Query parameter '${name}' is not an identifier`);
}
