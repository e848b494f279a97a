// Values, times and scopes in the report of a test client, in a form that loses nothing.
const NANOS_PER_SECOND = 1_000_000_000n;

export const unixNano = ([seconds, nanos]) => String(BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos));

// The JS SDK sends an integral number as an OTLP integer, so an array of doubles needs one fraction at least.
function scalarType(value) {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int' : 'double';
}

const scalar = (type, value) => (type === 'int' ? String(value) : value);

// Of the values that only log records can have, members keep a type of their own.
function describeNested(value) {
  if (value === null || value === undefined) return { type: 'none', value: null };
  if (value instanceof Uint8Array) return { type: 'bytes', value: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { type: 'array', value: value.map(describeValue) };
  return { type: 'map', value: describeAttributes(value) };
}

const isScalar = (value) => ['string', 'boolean', 'number'].includes(typeof value);

export function describeValue(value) {
  const isPlainArray = Array.isArray(value) && new Set(value.map((member) => typeof member)).size <= 1;
  if (!isScalar(value) && !(isPlainArray && value.every(isScalar))) return describeNested(value);
  if (!Array.isArray(value)) {
    const type = scalarType(value);
    return { type, value: scalar(type, value) };
  }
  const type = value.some((member) => scalarType(member) === 'double')
    ? 'double'
    : scalarType(value[0] ?? '');
  return { type: `${type}[]`, value: value.map((member) => scalar(type, member)) };
}

export const describeAttributes = (attributes) =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, describeValue(value)]));

export const describeScope = ({ name, version, attributes }) => ({
  name,
  version: version ?? '',
  attributes: describeAttributes(attributes ?? {}),
});
