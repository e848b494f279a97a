/**
 * Sections of an OpenTelemetry Collector file that configure things we do not have; they are skipped so that an existing
 * file can be used as it is. Of its receivers, `receivers.otlp.protocols` is ours and everything else is skipped too.
 */
const FOREIGN_SECTIONS = ['processors', 'exporters', 'extensions', 'connectors', 'service', 'receivers'];

/**
 * In a process that has these ports, skipping an unknown key here could leave a port less protected than its file says.
 * `client_ca_file` is always followed, so the switch for it changes nothing.
 */
const TLS_KEY = /^receivers\.otlp\.protocols\.(?:grpc|http)\.tls\.(?!client_ca_file_reload$)/;

export function isForeignSection(key: string, known: ReadonlySet<string>): boolean {
  if (TLS_KEY.test(key) && [...known].some((other) => TLS_KEY.test(other))) return false;
  return FOREIGN_SECTIONS.includes(key.split('.')[0] ?? '');
}

/** Scalars by dotted path; lists of scalars are joined by commas, the form that list settings read. */
export function flattenYaml(document: unknown, prefix = ''): Map<string, string> {
  const values = new Map<string, string>();
  if (document === null || document === undefined) return values;
  if (typeof document !== 'object' || Array.isArray(document)) {
    if (prefix === '') throw new Error('the file must hold a mapping of settings');
    values.set(prefix, Array.isArray(document) ? document.map(String).join(',') : String(document));
    return values;
  }
  for (const [key, value] of Object.entries(document)) {
    for (const [path, text] of flattenYaml(value, prefix === '' ? key : `${prefix}.${key}`))
      values.set(path, text);
  }
  return values;
}
