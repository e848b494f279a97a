/** What an answer cost in the store, over all its statements. */
export interface QueryCost {
  readonly statements: number;
  readonly rowsRead: number;
  /** Uncompressed. */
  readonly bytesRead: number;
  /** Time on the server, added up also where statements ran side by side. */
  readonly elapsedMs: number;
}

/** Carries the cost from query to the gateway and on to the client. */
export const QUERY_STATS_HEADER = 'x-query-stats';

export const NO_COST: QueryCost = { statements: 0, rowsRead: 0, bytesRead: 0, elapsedMs: 0 };

export function addCost(a: QueryCost, b: QueryCost): QueryCost {
  return {
    statements: a.statements + b.statements,
    rowsRead: a.rowsRead + b.rowsRead,
    bytesRead: a.bytesRead + b.bytesRead,
    elapsedMs: a.elapsedMs + b.elapsedMs,
  };
}

/** A dictionary of structured fields (RFC 8941): `rows=1200, bytes=34000, ms=5.2, statements=2`. */
export function formatCost({ statements, rowsRead, bytesRead, elapsedMs }: QueryCost): string {
  return `rows=${rowsRead}, bytes=${bytesRead}, ms=${elapsedMs.toFixed(1)}, statements=${statements}`;
}

/** The reverse of `formatCost`; what cannot be read costs nothing. */
export function parseCost(header: string | null): QueryCost {
  const figure = (name: string) =>
    Number(new RegExp(`(?:^|, )${name}=([\\d.]+)`).exec(header ?? '')?.[1] ?? 0);
  return {
    statements: figure('statements'),
    rowsRead: figure('rows'),
    bytesRead: figure('bytes'),
    elapsedMs: figure('ms'),
  };
}
