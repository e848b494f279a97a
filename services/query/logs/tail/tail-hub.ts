import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import { Gauge, type Registry } from '../../../../lib/telemetry/metrics.js';
import type { Reader } from '../../access/reader.js';
import type { TailConfig } from '../../config.js';
import type { QueryContext } from '../../context.js';
import { type LogFilter, logFilterKey } from '../log-filter.js';
import { TailFeed } from './tail-feed.js';
import { TailViewer } from './tail-viewer.js';

/** How long the place of a viewer is kept between two streams. */
const PARK_MS = 10_000;
/** Bounds what all tenants together can make one replica hold. */
const MAX_VIEWERS = 1_000;

/** Shorter than the life of an assertion, so that what is taken back ends within about that time. */
const LEASE_MS = 30_000;

export interface TailHubOptions {
  readonly context: QueryContext;
  readonly config: TailConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  /** How long one stream lasts. Default 30 s. */
  readonly leaseMs?: number | undefined;
}

export interface TailWish {
  readonly reader: Reader;
  readonly filter: LogFilter;
  readonly resumeToken: string;
}

/** A place at a feed. */
export interface TailSeat {
  readonly viewer: TailViewer;
  readonly feed: TailFeed;
  readonly isResumed: boolean;
  /** Gives the place up. May be called more than once. */
  leave(): void;
  /** Keeps the place, and what arrives meanwhile, for the stream that brings this token. */
  park(): string;
}

interface Place {
  readonly key: string;
  readonly tenantId: number;
  readonly viewer: TailViewer;
  readonly feed: TailFeed;
}

interface Parked {
  readonly place: Place;
  readonly timer: NodeJS.Timeout;
}

/** Every live tail of this process: one feed per project and filter, shared by its viewers. */
export class TailHub {
  readonly #options: TailHubOptions;
  readonly #feeds = new Map<string, TailFeed>();
  readonly #places = new Set<Place>();
  readonly #parked = new Map<string, Parked>();
  #isClosed = false;

  constructor(options: TailHubOptions) {
    this.#options = options;
    this.#measure('gob_query_log_tails_count', 'Live tails that are watched.', () => this.#places.size);
    this.#measure(
      'gob_query_log_tail_feeds_count',
      'Feeds of live tails: those with the same filter share one, and each asks ClickHouse once a second.',
      () => this.#feeds.size,
    );
  }

  #measure(name: string, help: string, count: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#options.registry],
      collect() {
        this.set(count());
      },
    });
  }

  get leaseMs(): number {
    return this.#options.leaseMs ?? LEASE_MS;
  }

  /** Refuses with `rate_limited` when the tenant has its number of tails. */
  join(wish: TailWish): TailSeat {
    const key = keyOf(wish);
    const parked = this.#unpark(wish.resumeToken, key);
    if (parked) {
      parked.feed.readAs(wish.reader);
      return this.#seat(parked, true);
    }
    this.#refuseTooMany(wish.reader.tenantId);
    const feed = this.#feeds.get(key) ?? this.#open(key, wish);
    const place = { key, tenantId: wish.reader.tenantId, viewer: new TailViewer(), feed };
    this.#places.add(place);
    feed.add(place.viewer);
    return this.#seat(place, false);
  }

  /** Ends every stream; their callers reconnect elsewhere. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#parked.values()) clearTimeout(timer);
    for (const place of [...this.#places]) {
      place.viewer.fail(closing());
      this.#release(place);
    }
  }

  #seat(place: Place, isResumed: boolean): TailSeat {
    const { viewer, feed } = place;
    let isMine = true;
    const leave = () => {
      if (isMine) this.#release(place);
      isMine = false;
    };
    const park = () => {
      isMine = false;
      return this.#park(place);
    };
    return { viewer, feed, isResumed, leave, park };
  }

  #open(key: string, { reader, filter }: TailWish): TailFeed {
    const { context, config, logger } = this.#options;
    const feed: TailFeed = new TailFeed({
      context,
      reader,
      filter,
      logger,
      overlapMs: config.queryTailOverlapMs,
      onEnd: () => {
        if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
      },
    });
    this.#feeds.set(key, feed);
    return feed;
  }

  #refuseTooMany(tenantId: number): void {
    if (this.#isClosed) throw closing();
    const max = this.#options.config.queryTailMaxViewers;
    const own = [...this.#places].filter((place) => place.tenantId === tenantId).length;
    if (own < max && this.#places.size < MAX_VIEWERS) return;
    const reached =
      own < max
        ? `This server has ${MAX_VIEWERS} live tails, which is the most that it takes.`
        : `This tenant has ${own} live tails; at most ${max} are allowed at a time (QUERY_TAIL_MAX_VIEWERS).`;
    throw new AppError('rate_limited', `${reached} Close another one, or search instead.`, {
      retryAfterMs: PARK_MS,
    });
  }

  #release(place: Place): void {
    this.#places.delete(place);
    place.feed.remove(place.viewer);
  }

  #park(place: Place): string {
    const token = randomUUID();
    const timer = setTimeout(() => {
      this.#parked.delete(token);
      this.#release(place);
    }, PARK_MS);
    this.#parked.set(token, { place, timer });
    return token;
  }

  #unpark(token: string, key: string): Place | undefined {
    const parked = this.#parked.get(token);
    // A token is worth nothing to another project or filter.
    if (parked?.place.key !== key) return undefined;
    clearTimeout(parked.timer);
    this.#parked.delete(token);
    return parked.place;
  }
}

/** JSON keeps the parts apart. */
function keyOf({ reader, filter }: TailWish): string {
  return JSON.stringify([reader.database, reader.tenantId, String(reader.projectId), logFilterKey(filter)]);
}

function closing(): AppError {
  return new AppError('unavailable', 'The service is about to stop; try again shortly.', {
    retryAfterMs: 1_000,
  });
}
