import type { StatementParams } from '../../../../lib/store/statement.js';
import type { Condition } from '../../filter/compile-filter.js';
import type { BodyTerms } from '../../logs/body-terms.js';
import type { AttributeMatch, LogFilter } from '../../logs/log-filter.js';
import type { Range } from '../../time/time-range.js';
import { instant, logsBetween, OWN_ROWS } from '../fragments.js';
import { CONTENT } from './log-columns.js';

/** The rows of a statement about logs: FROM and WHERE, and the parameters of both. */
export interface LogSource {
  readonly sql: string;
  readonly params: StatementParams;
}

/** Own rows of a range that match a filter. The bucket of the key prunes only when it is named itself. */
export function logSource(range: Range, filter: LogFilter): LogSource {
  const conditions = matchConditions(filter);
  const sql = [
    'FROM {database:Identifier}.logs',
    `WHERE ${OWN_ROWS}`,
    `  AND ${logsBetween(instant('start'), instant('end'))}`,
    ...conditions.map((condition) => `  AND ${condition.sql}`),
  ].join('\n');
  const params = { start: range.startUnixNano, end: range.endUnixNano };
  return { sql, params: Object.assign(params, ...conditions.map((condition) => condition.params)) };
}

function matchConditions(filter: LogFilter): readonly Condition[] {
  return [
    ...listed('ServiceName IN {serviceNames:Array(String)}', { serviceNames: filter.serviceNames }),
    ...listed('ServiceName NOT IN {notServiceNames:Array(String)}', {
      notServiceNames: filter.notServiceNames,
    }),
    ...listed('SeverityNumber IN {severityNumbers:Array(UInt8)}', {
      severityNumbers: filter.severityNumbers,
    }),
    ...listed('SeverityNumber NOT IN {notSeverityNumbers:Array(UInt8)}', {
      notSeverityNumbers: filter.notSeverityNumbers,
    }),
    ...bound('SeverityNumber > {aboveSeverity:UInt32}', 'aboveSeverity', filter.aboveSeverityNumber),
    ...bound('SeverityNumber < {belowSeverity:UInt32}', 'belowSeverity', filter.belowSeverityNumber),
    ...listed(anyId('TraceId', 'traceIds', 16), { traceIds: filter.traceIds }),
    ...listed(anyId('SpanId', 'spanIds', 8), { spanIds: filter.spanIds }),
    ...listed('TraceFlags IN {traceFlags:Array(UInt8)}', { traceFlags: filter.traceFlags }),
    ...listed('TraceFlags NOT IN {notTraceFlags:Array(UInt8)}', { notTraceFlags: filter.notTraceFlags }),
    ...bound('ResourceHash = {resourceHash:UInt64}', 'resourceHash', filter.resourceHash),
    ...filter.attributes.map(attributeCondition),
    ...filter.resourceAttributes.map(resourceCondition),
    ...bodyConditions(filter.body),
    ...fingerprintConditions(filter),
    ...(filter.condition ? [filter.condition] : []),
  ];
}

function listed(
  sql: string,
  params: Readonly<Record<string, readonly (string | number | bigint)[]>>,
): Condition[] {
  return Object.values(params).every((values) => values.length > 0) ? [{ sql, params }] : [];
}

function bound(sql: string, name: string, value: string | number | undefined): Condition[] {
  return value === undefined ? [] : [{ sql, params: { [name]: value } }];
}

/** Ids travel as hex. */
function anyId(column: string, param: string, bytes: number): string {
  return `${column} IN (SELECT toFixedString(unhex(arrayJoin({${param}:Array(String)})), ${bytes}))`;
}

/** The index knows items, the map tells `a=b` with value `c` from `a` with value `b=c`. */
function attributeCondition({ name, value }: AttributeMatch, index: number): Condition {
  return {
    sql: `(has(AttrItems, {attrItem${index}:String}) AND Attrs[{attrName${index}:String}] = {attrValue${index}:String})`,
    params: {
      [`attrItem${index}`]: `${name}=${value}`,
      [`attrName${index}`]: name,
      [`attrValue${index}`]: value,
    },
  };
}

/** A key that is missing reads as an empty value. */
function resourceCondition({ name, value }: AttributeMatch, index: number): Condition {
  return {
    sql: `(mapContains(ResourceAttrs, {resourceName${index}:String}) AND ResourceAttrs[{resourceName${index}:String}] = {resourceValue${index}:String})`,
    params: { [`resourceName${index}`]: name, [`resourceValue${index}`]: value },
  };
}

/**
 * `hasAllTokens` lowers neither side by itself: that is done by the preprocessor of the text index, which applies in WHERE
 * only. It takes its words as one text, which the index's own tokenizer takes apart again.
 */
function bodyConditions({ words, notWords, contains, notContains }: BodyTerms): readonly Condition[] {
  const hasWords = (list: readonly string[], param: string): Condition => ({
    sql: `hasAllTokens(Body, {${param}:String})`,
    params: { [param]: list.join(' ') },
  });
  const hasText = (text: string, param: string): Condition => ({
    sql: `positionCaseInsensitive(Body, {${param}:String}) > 0`,
    params: { [param]: text },
  });
  return [
    ...(words.length > 0 ? [hasWords(words, 'bodyWords')] : []),
    ...notWords.map((list, index) => negated(hasWords(list, `notBodyWords${index}`))),
    ...contains.flatMap(({ text, wholeWords }, index) => [
      ...(wholeWords.length > 0 ? [hasWords(wholeWords, `bodyTextWords${index}`)] : []),
      hasText(text, `bodyText${index}`),
    ]),
    ...notContains.map((text, index) => negated(hasText(text, `notBodyText${index}`))),
  ];
}

function negated({ sql, params }: Condition): Condition {
  return { sql: `NOT (${sql})`, params };
}

function fingerprintConditions({ fingerprints }: LogFilter): readonly Condition[] {
  return listed(
    `(toUnixTimestamp64Nano(Timestamp), ${CONTENT}) IN (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {contents:Array(UInt64)})))`,
    {
      times: fingerprints.map(({ unixNano }) => unixNano),
      contents: fingerprints.map(({ content }) => content),
    },
  );
}
