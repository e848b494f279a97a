/** Header or metadata lookup by lower-case name. */
export type HeaderLookup = (name: string) => string | undefined;

/**
 * The token that a request presents: `PRIVATE-TOKEN`, `Authorization: Bearer`, or the password of `Authorization: Basic`.
 * Undefined when there is none. Exporters that do not undo the percent-encoding of `OTEL_EXPORTER_OTLP_HEADERS` send
 * `Bearer%20token`; that is understood as well.
 */
export function presentedToken(header: HeaderLookup): string | undefined {
  const privateToken = header('private-token')?.trim();
  if (privateToken) return privateToken;
  const authorization = /^(bearer|basic)(?:\s|%20)+(\S+)\s*$/i.exec(header('authorization')?.trim() ?? '');
  const [, scheme, value] = authorization ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  return scheme.toLowerCase() === 'bearer' ? value : passwordOf(value);
}

function passwordOf(base64: string): string | undefined {
  const userAndPassword = Buffer.from(base64.replaceAll(/%3d/gi, '='), 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return colon < 0 ? undefined : userAndPassword.slice(colon + 1) || undefined;
}
