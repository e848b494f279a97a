/**
 * Room under a cap that several processes fill together, as long as nobody can count at once what is in: what is in is stored
 * somewhere, seconds late, and the same thing may be let in by two of them. Each holder says what it has let in and does not see
 * stored yet; what all hold and what is stored together never pass the cap. Things that two hold count twice until one of
 * them sees them stored.
 */
export interface RoomRequest {
  /** Which room. */
  readonly key: string;
  /** Who asks: one process in one life. */
  readonly holder: string;
  /** All that the holder holds now: let in and not known to be stored, and granted and not used. */
  readonly held: number;
  /** How much is stored, as far as the holder knows. */
  readonly stored: number;
  /**
   * Whether the holder has counted that just now. Then holders that have been silent for `staleMs` are taken off the books: what
   * they let in is stored and in that figure, or will not come.
   */
  readonly isCounted: boolean;
  /** Granted first, as far as there is room. */
  readonly need: number;
  /** Granted as far as an eighth of the room goes, so that others find something. */
  readonly want: number;
  readonly cap: number;
  readonly staleMs: number;
  /** A room that nobody asks about for so long is forgotten. */
  readonly ttlMs: number;
}

export interface RoomAnswer {
  /** The holder holds so many more now. */
  readonly granted: number;
  /** Whether anybody has counted yet. Until then only a share of the cap is granted: things may be stored that no book has. */
  readonly isCounted: boolean;
  /** What all others hold. */
  readonly others: number;
}

export interface RoomRecord {
  stored: number;
  isCounted: boolean;
  readonly holders: Map<string, { readonly held: number; readonly atMs: number }>;
}

/** Of the cap, as long as nobody has counted: one part of so many. */
export const UNCOUNTED_PARTS = 8;
/** What is granted ahead of need: one part of the room of so many. */
export const AHEAD_PARTS = 8;
/** More processes than that do not share a room; further ones get nothing until silent ones are taken off. */
export const MAX_ROOM_HOLDERS = 1_000;

/** Books a request. Has a twin that runs inside Redis. */
export function takeRoom(record: RoomRecord, request: RoomRequest, nowMs: number): RoomAnswer {
  const { holder, held, need, want, cap, staleMs } = request;
  record.stored = Math.max(record.stored, request.stored);
  record.isCounted ||= request.isCounted;
  let others = 0;
  for (const [name, other] of record.holders) {
    if (name === holder) continue;
    if (request.isCounted && nowMs - other.atMs > staleMs) record.holders.delete(name);
    else others += other.held;
  }
  const limit = record.isCounted ? cap : Math.ceil(cap / UNCOUNTED_PARTS);
  const room = Math.max(0, limit - record.stored - others - held);
  const isTaken = !record.holders.has(holder) && record.holders.size >= MAX_ROOM_HOLDERS;
  const granted = isTaken
    ? 0
    : Math.max(Math.min(need, room), Math.min(want, Math.floor(room / AHEAD_PARTS)));
  if (!isTaken) record.holders.set(holder, { held: held + granted, atMs: nowMs });
  return { granted, isCounted: record.isCounted, others };
}
