import type { Kv } from '../kv.js';
import type { PlaceAnswer, PlaceRequest } from '../place.js';
import type { RoomAnswer, RoomRequest } from '../room.js';
import type { WindowAnswer, WindowRequest } from '../window.js';
import type { RedisClient } from './connect-redis.js';
import { RedisLink, type RedisLinkOptions } from './redis-link.js';
import {
  ACQUIRE_LOCK,
  DELETE_IF_EQUAL,
  INCREMENT,
  PUSH,
  SET_FIELDS,
  SPEND_WINDOW,
  TAKE_PLACE,
  TAKE_ROOM,
} from './scripts.js';
import { decodeWindowAnswer, encodeWindowRequest } from './window-arguments.js';

export interface RedisKvOptions extends RedisLinkOptions {
  /** Begins every key. */
  readonly keyPrefix: string;
  /** Clock of rate windows. Default: the server's own, which is the same for everybody. For tests. */
  readonly nowMs?: () => number;
}

const SCRIPTS = {
  gobIncrement: { numberOfKeys: 1, lua: INCREMENT },
  gobDeleteIfEqual: { numberOfKeys: 1, lua: DELETE_IF_EQUAL },
  gobSetFields: { numberOfKeys: 1, lua: SET_FIELDS },
  gobPush: { numberOfKeys: 1, lua: PUSH },
  gobAcquireLock: { numberOfKeys: 2, lua: ACQUIRE_LOCK },
  gobTakePlace: { numberOfKeys: 1, lua: TAKE_PLACE },
  gobSpendWindow: { numberOfKeys: 1, lua: SPEND_WINDOW },
  gobTakeRoom: { numberOfKeys: 1, lua: TAKE_ROOM },
} as const;

type Script = keyof typeof SCRIPTS;

/** Kv in Redis (6.2 or later): one server, behind Sentinel, or a Cluster. Shared by all who use the same prefix. */
export class RedisKv implements Kv {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #nowMs: (() => number) | undefined;

  constructor(client: RedisClient, options: RedisKvOptions) {
    for (const [name, definition] of Object.entries(SCRIPTS)) client.defineCommand(name, definition);
    this.#link = new RedisLink(client, options);
    this.#prefix = options.keyPrefix;
    this.#nowMs = options.nowMs;
  }

  get interruptions(): number {
    return this.#link.interruptions;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#link.run((redis) => redis.get(this.#prefix + key))) ?? undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.#link.run((redis) => redis.set(this.#prefix + key, value, 'PX', ttlMs));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    const reply = await this.#link.run((redis) => redis.set(this.#prefix + key, value, 'PX', ttlMs, 'NX'));
    return reply !== null;
  }

  async take(key: string): Promise<string | undefined> {
    return (await this.#link.run((redis) => redis.getdel(this.#prefix + key))) ?? undefined;
  }

  async increment(key: string, ttlMs: number): Promise<number> {
    return Number(await this.#run('gobIncrement', [key], [ttlMs]));
  }

  async delete(key: string): Promise<void> {
    await this.#link.run((redis) => redis.del(this.#prefix + key));
  }

  async deleteIfEqual(key: string, value: string): Promise<boolean> {
    return (await this.#run('gobDeleteIfEqual', [key], [value])) === 1;
  }

  async setFields(key: string, fields: Readonly<Record<string, string>>, ttlMs: number): Promise<void> {
    await this.#run('gobSetFields', [key], [ttlMs, ...Object.entries(fields).flat()]);
  }

  async fields(key: string): Promise<Readonly<Record<string, string>> | undefined> {
    const fields = await this.#link.run((redis) => redis.hgetall(this.#prefix + key));
    return Object.keys(fields).length === 0 ? undefined : fields;
  }

  async push(key: string, value: string, bounds: { maxLength: number; ttlMs: number }): Promise<void> {
    await this.#run('gobPush', [key], [value, bounds.maxLength, bounds.ttlMs]);
  }

  async list(key: string): Promise<readonly string[]> {
    return this.#link.run((redis) => redis.lrange(this.#prefix + key, 0, -1));
  }

  async acquireLock(name: string, owner: string, ttlMs: number): Promise<number | undefined> {
    const token = await this.#run('gobAcquireLock', [lockKey(name), tokenKey(name)], [owner, ttlMs]);
    return token === null ? undefined : Number(token);
  }

  releaseLock(name: string, owner: string): Promise<boolean> {
    return this.deleteIfEqual(lockKey(name), owner);
  }

  async spendWindow(request: WindowRequest): Promise<WindowAnswer> {
    const values = encodeWindowRequest(request, this.#nowMs?.());
    return decodeWindowAnswer(request, await this.#run('gobSpendWindow', [request.key], values));
  }

  async takeRoom(request: RoomRequest): Promise<RoomAnswer> {
    const { key, holder, held, stored, isCounted, need, want, cap, staleMs, ttlMs } = request;
    const values = [holder, held, stored, isCounted ? 1 : 0, need, want, cap, staleMs, ttlMs];
    const [granted = 0, counted = 0, others = 0] = (await this.#run(
      'gobTakeRoom',
      [key],
      values,
    )) as number[];
    return { granted, isCounted: counted === 1, others };
  }

  async takePlace({ room, guest, capacity, ttlMs }: PlaceRequest): Promise<PlaceAnswer> {
    const answer = await this.#run('gobTakePlace', [room], [guest, capacity, ttlMs]);
    const [isIn, guests] = answer as readonly [number, number];
    return { isIn: isIn === 1, guests };
  }

  async leavePlace(room: string, guest: string): Promise<void> {
    await this.#link.run((redis) => redis.zrem(this.#prefix + room, guest));
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  #run(script: Script, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    const prefixed = keys.map((key) => this.#prefix + key);
    return this.#link.run((redis) => {
      const command = Reflect.get(redis, script) as (
        ...parts: readonly (string | number)[]
      ) => Promise<unknown>;
      return command.apply(redis, [...prefixed, ...values]);
    });
  }
}

/** Both in one slot of a cluster. */
const lockKey = (name: string): string => `lock:{${name}}`;
const tokenKey = (name: string): string => `lock-token:{${name}}`;
