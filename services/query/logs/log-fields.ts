import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { SEVERITY_NAMES } from '../../../lib/signals/severity-names.js';
import { ANY_ATTRIBUTE, type FilterFields, type FreeText } from '../filter/fields.js';
import { toBodyText, wordsOf } from './body-terms.js';

const LOG = { map: 'Attrs', items: 'AttrItems', numbers: 'AttrsNum' } as const;
/** Without its items: no index knows those, and the map is read anyway. */
const RESOURCE = { map: 'ResourceAttrs' } as const;

const SEVERITIES = new Map(SEVERITY_NAMES.map((name, index) => [name, index + 1]));

/**
 * One word is a word of the body, which its index knows. Anything else is text that the body contains, found by the words
 * that are whole in it. `hasAllTokens` takes the words as one text.
 */
const bodyHolds: FreeText = (text, parameters) => {
  const isWord = wordsOf(text).length === 1 && /^[^\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+$/.test(text);
  if (isWord) return `hasAllTokens(Body, ${parameters.add(wordsOf(text).join(' '), 'String')})`;
  const { wholeWords } = toBodyText(text);
  const contains = `positionCaseInsensitive(Body, ${parameters.add(text, 'String')}) > 0`;
  if (wholeWords.length === 0) return `(${contains})`;
  return `(hasAllTokens(Body, ${parameters.add(wholeWords.join(' '), 'String')}) AND ${contains})`;
};

/** What conditions on log records can be about, in the columns of `logs`. */
export const LOG_FIELDS: FilterFields = {
  item: 'log record',
  intrinsics: {
    service: { type: 'text', sql: 'ServiceName' },
    severity: { type: 'integer', sql: 'SeverityNumber', numbers: SEVERITIES },
    severity_text: { type: 'text', sql: 'SeverityText' },
    body: { type: 'text', sql: 'Body' },
    event_name: { type: 'text', sql: 'EventName' },
    trace_id: { type: 'id', sql: 'TraceId', bytes: 16 },
    span_id: { type: 'id', sql: 'SpanId', bytes: 8 },
    trace_flags: { type: 'integer', sql: 'TraceFlags' },
    scope_name: { type: 'text', sql: 'ScopeName' },
    scope_version: { type: 'text', sql: 'ScopeVersion' },
  },
  scopes: {
    log: { scope: FieldScope.ITEM, attributes: [LOG] },
    resource: { scope: FieldScope.RESOURCE, attributes: [RESOURCE] },
    scope: { scope: FieldScope.SCOPE, attributes: [{ map: 'ScopeAttrs' }] },
    [ANY_ATTRIBUTE]: { scope: FieldScope.ATTRIBUTE, attributes: [LOG, RESOURCE] },
  },
  texts: bodyHolds,
};
