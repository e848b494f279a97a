/** What helps against each refusal: for reject reasons of items, and for codes of the error catalogue. */
const REMEDIES: Readonly<Record<string, string>> = {
  invalid_id:
    'Send trace ids of 16 bytes and span ids of 8 bytes that are not all zeros; in OTLP/JSON as hex digits.',
  invalid_utf8: 'Send names and attribute values as UTF-8; other bytes belong into a bytes value.',
  time_out_of_range:
    'Check the clock of the sender and the unit of its times (nanoseconds since 1970); older data cannot be stored any more.',
  nesting_too_deep: 'Flatten the attribute value, or send it as text.',
  missing_name: 'Give the metric a name.',
  missing_value: 'Set as_double or as_int, or the flag for "no recorded value".',
  invalid_buckets: 'Send ascending bounds, and one bucket more than bounds.',
  invalid_quantile: 'Send quantiles from 0 to 1.',
  payload_too_large:
    'Send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE).',
  rate_limited: 'Send less (sampling, fewer attributes, longer metric intervals), or ask for a higher limit.',
  storage_quota: 'Wait for old days to be dropped, shorten the retention, or ask for a larger storage quota.',
  malformed_payload: 'Send OTLP of the declared content type; a proxy on the way must not change the body.',
  unsupported_media_type:
    'Send application/x-protobuf or application/json, as it is or compressed with gzip.',
  unauthenticated: 'Send a valid token as PRIVATE-TOKEN or Authorization: Bearer.',
  permission_denied:
    'Use a token with the scope write_observability or api for a project that is switched on.',
  not_found: 'Check the ids in the path and whom the token belongs to.',
  unavailable: 'Nothing: exporters send it again by themselves. If it lasts, look at the mesh.',
  refused_by_store:
    'Nothing for the sender: the data was accepted, and is kept as a dead letter by the operator.',
  spool_unreadable: 'Nothing for the sender: the data was accepted, and the disk lost it.',
};

/** Empty for a reason that nobody can do anything about. */
export function remedyFor(reason: string): string {
  return REMEDIES[reason] ?? '';
}
