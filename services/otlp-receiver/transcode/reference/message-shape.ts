/** Which fields of a message are messages themselves: all that is needed to walk its bytes. */
export interface MessageShape {
  /** For sentences; messages inside others need none. */
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldShape>;
}

interface FieldShape {
  readonly name: string;
  readonly isRepeated: boolean;
  /** Whether a message of it is one of the items that a request may hold a limited number of. */
  readonly isItem?: boolean;
  /** Undefined for strings, bytes and numbers. */
  readonly message: (() => MessageShape) | undefined;
  /** Wire type on which the field is known: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wireType: number;
  /** Kind of the numbers in a list that may also come packed, one after another in a length-delimited value. */
  readonly packed?: 'varint' | 'fixed64';
}

const WIRE_TYPES = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
type Scalar = keyof typeof WIRE_TYPES;

export const scalar = (name: string, kind: Scalar): FieldShape => ({
  name,
  isRepeated: false,
  message: undefined,
  wireType: WIRE_TYPES[kind],
});
export const one = (name: string, message: () => MessageShape): FieldShape => ({
  name,
  isRepeated: false,
  message,
  wireType: WIRE_TYPES.bytes,
});
export const many = (name: string, message: () => MessageShape): FieldShape => ({
  ...one(name, message),
  isRepeated: true,
});
export const items = (name: string, message: () => MessageShape): FieldShape => ({
  ...many(name, message),
  isItem: true,
});
export const numbers = (name: string, packed: 'varint' | 'fixed64'): FieldShape => ({
  ...scalar(name, packed),
  packed,
});
export const shape = (fields: Readonly<Record<number, FieldShape>>, name = 'message'): MessageShape => ({
  name,
  fields: new Map(Object.entries(fields).map(([number, field]) => [Number(number), field])),
});

/** `AnyValue`, the one message that can hold itself. */
export const ANY_VALUE_SHAPE: MessageShape = shape(
  {
    1: scalar('string_value', 'bytes'),
    2: scalar('bool_value', 'varint'),
    3: scalar('int_value', 'varint'),
    4: scalar('double_value', 'fixed64'),
    5: one('array_value', () => shapes.arrayValue),
    6: one('kvlist_value', () => shapes.keyValueList),
    7: scalar('bytes_value', 'bytes'),
  },
  'AnyValue',
);
const KEY_VALUE = shape({ 1: scalar('key', 'bytes'), 2: one('value', () => ANY_VALUE_SHAPE) });
const shapes = {
  arrayValue: shape({ 1: many('values', () => ANY_VALUE_SHAPE) }),
  keyValueList: shape({ 1: many('values', () => KEY_VALUE) }),
};

export const attributes = many('attributes', () => KEY_VALUE);

const EVENT = shape({
  1: scalar('time_unix_nano', 'fixed64'),
  2: scalar('name', 'bytes'),
  3: attributes,
  4: scalar('dropped_attributes_count', 'varint'),
});
const LINK = shape({
  1: scalar('trace_id', 'bytes'),
  2: scalar('span_id', 'bytes'),
  3: scalar('trace_state', 'bytes'),
  4: attributes,
  5: scalar('dropped_attributes_count', 'varint'),
  6: scalar('flags', 'fixed32'),
});
const STATUS = shape({ 2: scalar('message', 'bytes'), 3: scalar('code', 'varint') });
const SPAN = shape({
  1: scalar('trace_id', 'bytes'),
  2: scalar('span_id', 'bytes'),
  3: scalar('trace_state', 'bytes'),
  4: scalar('parent_span_id', 'bytes'),
  5: scalar('name', 'bytes'),
  6: scalar('kind', 'varint'),
  7: scalar('start_time_unix_nano', 'fixed64'),
  8: scalar('end_time_unix_nano', 'fixed64'),
  9: attributes,
  10: scalar('dropped_attributes_count', 'varint'),
  11: many('events', () => EVENT),
  12: scalar('dropped_events_count', 'varint'),
  13: many('links', () => LINK),
  14: scalar('dropped_links_count', 'varint'),
  15: one('status', () => STATUS),
  16: scalar('flags', 'fixed32'),
});
export const SCOPE = shape({
  1: scalar('name', 'bytes'),
  2: scalar('version', 'bytes'),
  3: attributes,
  4: scalar('dropped_attributes_count', 'varint'),
});
const SCOPE_SPANS = shape({
  1: one('scope', () => SCOPE),
  2: items('spans', () => SPAN),
  3: scalar('schema_url', 'bytes'),
});
const ENTITY_REF = shape({
  1: scalar('schema_url', 'bytes'),
  2: scalar('type', 'bytes'),
  3: scalar('id_keys', 'bytes'),
  4: scalar('description_keys', 'bytes'),
});
export const RESOURCE = shape({
  1: attributes,
  2: scalar('dropped_attributes_count', 'varint'),
  3: many('entity_refs', () => ENTITY_REF),
});
const RESOURCE_SPANS = shape({
  1: one('resource', () => RESOURCE),
  2: many('scope_spans', () => SCOPE_SPANS),
  3: scalar('schema_url', 'bytes'),
});

/** `ExportTraceServiceRequest` of the OTLP interface definitions. */
export const EXPORT_TRACES_SHAPE: MessageShape = shape(
  { 1: many('resource_spans', () => RESOURCE_SPANS) },
  'ExportTraceServiceRequest',
);
