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

const SCOPE = shape({
  1: scalar('name', 'bytes'),
  2: scalar('version', 'bytes'),
  3: attributes,
  4: scalar('dropped_attributes_count', 'varint'),
});
const ENTITY_REF = shape({
  1: scalar('schema_url', 'bytes'),
  2: scalar('type', 'bytes'),
  3: scalar('id_keys', 'bytes'),
  4: scalar('description_keys', 'bytes'),
});
const RESOURCE = shape({
  1: attributes,
  2: scalar('dropped_attributes_count', 'varint'),
  3: many('entity_refs', () => ENTITY_REF),
});

interface ExportFields {
  /** Name of the message. */
  readonly request: string;
  /** Names of the lists of resources, and of the scopes in one. */
  readonly resources: string;
  readonly scopes: string;
  /** The list in a scope. */
  readonly entries: FieldShape;
}

/** The request of a signal: the envelopes have the same field numbers in all. */
export function exportShape({ request, resources, scopes, entries }: ExportFields): MessageShape {
  const schemaUrl = scalar('schema_url', 'bytes');
  const scope = shape({ 1: one('scope', () => SCOPE), 2: entries, 3: schemaUrl });
  const resource = shape({ 1: one('resource', () => RESOURCE), 2: many(scopes, () => scope), 3: schemaUrl });
  return shape({ 1: many(resources, () => resource) }, request);
}
