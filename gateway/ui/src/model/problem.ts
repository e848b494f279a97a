/** Why a request failed, ready to be shown. */
export interface Problem {
  /** `http`: the server answered with an error; `format`: its answer could not be read. */
  readonly kind: 'http' | 'network' | 'timeout' | 'format';
  readonly status: number | undefined;
  readonly title: string;
  readonly detail: string;
  /** The stable code of the error catalogue, when the server named one. */
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
}

const adviceByStatus: Readonly<Record<number, string>> = {
  400: 'Change the filters and try again.',
  403: 'Ask an owner of the project for a role that may read observability data.',
  404: 'Check the address. Data past its retention is deleted.',
  413: 'Ask for less: a shorter period or narrower filters.',
  422: 'Ask for less: a shorter period or narrower filters.',
  503: 'A service is starting or unreachable. Try again in a moment.',
  504: 'The query took too long. Choose a shorter period or narrower filters.',
};

/** What the reader can do about it. */
export function adviceFor({ kind, status, retryAfterMs }: Problem): string {
  if (kind === 'network') return 'Check that the gateway is running and reachable, then try again.';
  if (kind === 'timeout') return 'Choose a shorter period or narrower filters, then try again.';
  if (kind === 'format') return 'Reload the page; the gateway may have been updated.';
  if (status === 429) {
    const wait = retryAfterMs === undefined ? 'a moment' : `${Math.ceil(retryAfterMs / 1000)} s`;
    return `Wait ${wait}, then try again.`;
  }
  return adviceByStatus[status ?? 0] ?? 'Try again; if it stays, look into the log of the gateway.';
}

/** Retry-After as milliseconds: seconds or an HTTP date (RFC 9110). */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return ms >= 0 ? ms : undefined;
}
