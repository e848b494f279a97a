import type { Attributes, SpanEvent } from '../trace.js';

export interface ExceptionEvent {
  readonly type: string;
  readonly message: string;
  readonly stacktrace: string;
  /** What the event carries besides the three. */
  readonly rest: Attributes;
}

/** Reads an event as an exception by the OpenTelemetry semantic conventions; undefined for other events. */
export function readException(event: SpanEvent): ExceptionEvent | undefined {
  const {
    'exception.type': type = '',
    'exception.message': message = '',
    'exception.stacktrace': stacktrace = '',
    ...rest
  } = event.attributes;
  if (type === '' && message === '' && stacktrace === '') return undefined;
  return { type, message, stacktrace, rest };
}
