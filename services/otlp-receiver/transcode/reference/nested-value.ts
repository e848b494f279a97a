import { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { checkValue } from './check-values.js';
import { checkWire } from './check-wire.js';
import { ExactReader } from './decode-traces.js';
import { ANY_VALUE_SHAPE } from './message-shape.js';

/** One attribute value from its bytes, or undefined when anything about it would be refused. */
export function readNestedValue(bytes: Uint8Array): AnyValue | undefined {
  try {
    checkWire(bytes, ANY_VALUE_SHAPE);
  } catch {
    return undefined;
  }
  const value = AnyValue.decode(new ExactReader(bytes));
  return checkValue(value, 0) === undefined ? value : undefined;
}
