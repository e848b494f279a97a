import type { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { LogRecord } from '../../../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import type { AcceptWindow } from '../accept-window.js';
import { checkInWindow, checkStorableTime } from './check-common.js';
import { checkAttributes, checkText, checkValue } from './check-values.js';
import type { Rejection } from './rejection.js';

/**
 * The first reason why a log record cannot be stored, or undefined. Ids are none: a record with an id that is not valid belongs to
 * no trace, as its interface definition says.
 */
export function checkLog(record: LogRecord, window: AcceptWindow): Rejection | undefined {
  return (
    checkTimes(record, window) ??
    checkText('severity_text', record.severityText) ??
    checkText('event_name', record.eventName) ??
    checkBody(record.body) ??
    checkAttributes(record.attributes)
  );
}

/** A record without a time has that of its observation, and without either that of its arrival, which is always inside. */
function checkTimes(record: LogRecord, window: AcceptWindow): Rejection | undefined {
  const { timeUnixNano: time, observedTimeUnixNano: observed } = record;
  if (time !== 0n)
    return (
      checkInWindow('time_unix_nano', time, window) ?? checkStorableTime('observed_time_unix_nano', observed)
    );
  return observed === 0n ? undefined : checkInWindow('observed_time_unix_nano', observed, window);
}

/** The body is a value itself, where an attribute has one. */
function checkBody(body: AnyValue | undefined): Rejection | undefined {
  const rejection = checkValue(body, 0);
  return rejection && { ...rejection, field: rejection.field.replace(/^value/, 'body') };
}
