import { z } from 'zod';
import { AttributeOperator } from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { METRIC_TYPE_NAMES, metricTypeOf } from '../format/metric-types.js';
import { type TimeRangeInput, timeRangeParams, toTimeRange } from './time-range.js';

const OPERATORS: Readonly<Record<string, AttributeOperator | undefined>> = {
  eq: AttributeOperator.EQUAL,
  neq: AttributeOperator.NOT_EQUAL,
  re: AttributeOperator.MATCH,
  nre: AttributeOperator.NOT_MATCH,
};

const metricType = z.string('is required').transform((text, context) => {
  const type = metricTypeOf(text);
  if (type !== undefined) return type;
  context.addIssue({ code: 'custom', message: `expected one of ${METRIC_TYPE_NAMES.join(', ')}` });
  return z.NEVER;
});

/** The members of a schema that name a metric. */
export const metricNameParams = {
  mname: z.string('is required').min(1, 'must not be empty').describe('Name of the metric. Required.'),
  mtype: metricType.describe(
    `Type of the metric: ${METRIC_TYPE_NAMES.join(', ')}, in any case of letters. Required.`,
  ),
};

/** The value may hold commas itself. */
const filter = z.string().transform((text, context) => {
  const [, key = '', operator = '', value = ''] = /^([^,]+),([^,]*),([\s\S]*)$/.exec(text) ?? [];
  const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (known !== undefined) return { key, operator: known, value };
  context.addIssue({
    code: 'custom',
    message: 'expected <key>,<op>,<value> with an op of eq, neq, re or nre',
  });
  return z.NEVER;
});

/** The members of a schema that say which series of a metric are meant, and when. */
export const seriesParams = {
  ...metricNameParams,
  attrs: z
    .array(filter)
    .optional()
    .describe(
      '`<key>,<op>,<value>`, all of which a series must satisfy: eq, neq, and re, nre with an RE2 expression that matches anywhere in the value. An attribute is the series’ own, else its resource’s, else its scope’s; without it the value is empty.',
    ),
  ...timeRangeParams,
};

export interface SeriesInput extends TimeRangeInput {
  readonly mname: string;
  readonly mtype: z.output<typeof metricType>;
  readonly attrs?: readonly z.output<typeof filter>[] | undefined;
}

/** The selection of the contract. */
export function toSelection(params: SeriesInput, nowMs: number) {
  return {
    name: params.mname,
    type: params.mtype,
    filters: [...(params.attrs ?? [])],
    range: toTimeRange(params, nowMs),
  };
}

const STEP_MS: Readonly<Record<string, bigint>> = { s: 1_000n, m: 60_000n, h: 3_600_000n, d: 86_400_000n };

/** A width of buckets in milliseconds. */
export const stepParam = z
  .string()
  .regex(
    /^0*[1-9]\d{0,5}[smhd]$/,
    'expected a number of seconds, minutes, hours or days such as 30s, 5m, 2h or 1d',
  )
  .transform((text) => BigInt(text.slice(0, -1)) * (STEP_MS[text.at(-1) ?? ''] ?? 0n))
  .optional()
  .describe(
    'Width of the buckets of time. Default by the range: below 30 minutes the points themselves (1 minute when grouped or as a heatmap), up to 1 hour 1 minute, up to 72 hours 1 hour, above that 1 day.',
  );

/** Keys in one parameter; none when it is empty. */
export const groupKeysParam = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .optional()
  .describe(
    'Keys of attributes, joined by commas: series that are equal in them become one. `*`: all that tells series apart. Without it and groupby_fn every series is shown.',
  );
