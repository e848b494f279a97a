import { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { checkValue } from './check-values.js';
import { decodeExactly } from './exact-reader.js';
import { ANY_VALUE_SHAPE } from './message-shape.js';

/** One attribute value from its bytes, or undefined when anything about it would be refused. */
export function readNestedValue(bytes: Uint8Array): AnyValue | undefined {
  const value = decodeOrNothing(bytes);
  return value && checkValue(value, 0) === undefined ? value : undefined;
}

function decodeOrNothing(bytes: Uint8Array): AnyValue | undefined {
  try {
    return decodeExactly(AnyValue, ANY_VALUE_SHAPE, bytes);
  } catch {
    return undefined;
  }
}
