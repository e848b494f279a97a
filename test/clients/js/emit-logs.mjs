// The log records of the test client: severities, bodies and attributes of every kind, with and without a trace.
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';

const NESTED = {
  text: 'grüße, 東京 🚀',
  int: Number.MAX_SAFE_INTEGER,
  double: -1.5e-300,
  bool: false,
  bytes: Uint8Array.of(0, 127, 255),
  list: ['a', 1, 2.5, true, ['b'], { c: 'd' }],
  map: { z: 1, a: { deep: 'est' }, 'quote"d': 'line\nbreak' },
};

const BODIES = [
  'cart is empty\n𝄞',
  '',
  42,
  -0.75,
  true,
  Uint8Array.of(1, 2, 250),
  ['first', 2, 3.5, false],
  NESTED,
  undefined,
];

/** One record per body; every second one belongs to the span of `context`. */
export function emitLogs(logger, at, context) {
  BODIES.forEach((body, index) => {
    logger.emit({
      timestamp: at(200_000_001 + index),
      observedTimestamp: at(300_000_007 + index),
      severityNumber: [SeverityNumber.TRACE, SeverityNumber.INFO, SeverityNumber.FATAL4][index % 3],
      severityText: ['trace', 'Information', 'FATAL'][index % 3],
      body,
      eventName: index % 4 === 0 ? 'cart.checked' : undefined,
      attributes: index === 0 ? { ...NESTED, 'code.lineno': 17 } : { index, share: index / 16 },
      context: index % 2 === 0 ? context : ROOT_CONTEXT,
    });
  });
  // Without a time of its own, and without anything else that may be left out.
  logger.emit({ observedTimestamp: at(400_000_001), body: 'bare', context: ROOT_CONTEXT });
}
