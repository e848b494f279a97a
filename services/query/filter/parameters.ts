import type { StatementParam, StatementParams } from '../../../lib/store/statement.js';

/** ClickHouse types that values of a filter travel in. */
export type ParameterType = 'String' | 'Float64' | 'UInt64' | 'Int64' | 'Array(String)';

/** Numbers the values of a filter, so that SQL only ever holds their placeholders. */
export class Parameters {
  readonly #values: Record<string, StatementParam> = {};

  /** The placeholder of a value. */
  add(value: StatementParam, type: ParameterType): string {
    const name = `f${Object.keys(this.#values).length}`;
    this.#values[name] = value;
    return `{${name}:${type}}`;
  }

  get values(): StatementParams {
    return this.#values;
  }
}
