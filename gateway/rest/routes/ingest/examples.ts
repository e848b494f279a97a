/** Figures of the examples: they balance. */
const none = { items: 0n, bytes: 0n };

export const LEDGER_EXAMPLE = {
  received: { items: 1_000n, bytes: 340_000n },
  accepted: { items: 990n, bytes: 336_600n },
  stored: { items: 900n, bytes: 306_000n },
  pending: { items: 90n, bytes: 30_600n },
  duplicate: none,
  rejected: {
    ...{ items: 10n, bytes: 3_400n },
    reasons: [{ reason: 'time_out_of_range', items: 10n, bytes: 3_400n, requests: 1n }],
  },
  set_aside: { ...none, reasons: [] },
  limited: { items: 0n, reasons: [] },
  uncounted: none,
};

export const REJECT_EXAMPLE = {
  ...{ first_at: '2031-02-03T04:05:06.007Z', last_at: '2031-02-03T04:05:06.007Z', signal: 'traces' },
  ...{ reason: 'time_out_of_range', stored: false, service_name: 'shop', sdk_name: 'opentelemetry (python)' },
  ...{ sdk_version: '1.30.0', user_agent: 'OTel-OTLP-Exporter-Python/1.30.0' },
  detail:
    'resource_spans[0].scope_spans[0].spans[3].start_time_unix_nano is 2030-01-01T00:00:00Z, outside the accepted range (the last 30 days and the next hour)',
  ...{ limit: 'the last 30 days and the next hour', measured: '2030-01-01T00:00:00Z' },
  remedy: 'Check the clock of the sender and the unit of its times (nanoseconds since 1970).',
  ...{ requests: 1n, items: 10n, bytes: 3_400n },
};
