/** A place for a limited number of guests at a time, who each leave, or are forgotten when they stop renewing their stay. */
export interface PlaceRequest {
  readonly room: string;
  /** Unique among all who enter. */
  readonly guest: string;
  /** Most guests at a time; one who is there already stays whatever it is. */
  readonly capacity: number;
  /** How long the guest stays unless it comes again. The same for all guests of a room. */
  readonly ttlMs: number;
}

export interface PlaceAnswer {
  readonly isIn: boolean;
  /** Guests after the request. */
  readonly guests: number;
}
