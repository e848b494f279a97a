import { randomUUID } from 'node:crypto';
import { ExpiringMap } from './expiring-map.js';
import type { Kv } from './kv.js';
import type { PlaceAnswer, PlaceRequest } from './place.js';
import { type RoomAnswer, type RoomRecord, type RoomRequest, takeRoom } from './room.js';
import { spendWindow, type WindowAnswer, type WindowRecord, type WindowRequest } from './window.js';

const SWEEP_INTERVAL_MS = 10_000;

/** Kv inside this process, for one machine. A restart forgets everything. `nowMs` is the clock, for tests. */
export class MemoryKv implements Kv {
  readonly #texts: ExpiringMap<string>;
  readonly #records: ExpiringMap<Readonly<Record<string, string>>>;
  readonly #lists: ExpiringMap<readonly string[]>;
  readonly #locks: ExpiringMap<{ readonly owner: string; readonly token: number }>;
  readonly #windows: ExpiringMap<WindowRecord>;
  readonly #rooms: ExpiringMap<RoomRecord>;
  readonly #places = new Map<string, ExpiringMap<true>>();
  readonly #lastTokens = new Map<string, number>();
  readonly #nowMs: () => number;
  readonly #sweeper: NodeJS.Timeout;

  get interruptions(): number {
    return 0;
  }

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.#texts = new ExpiringMap(nowMs);
    this.#records = new ExpiringMap(nowMs);
    this.#lists = new ExpiringMap(nowMs);
    this.#locks = new ExpiringMap(nowMs);
    this.#windows = new ExpiringMap(nowMs);
    this.#rooms = new ExpiringMap(nowMs);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  async get(key: string): Promise<string | undefined> {
    return this.#texts.get(key);
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#texts.set(key, value, ttlMs);
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    if (this.#texts.get(key) !== undefined) return false;
    this.#texts.set(key, value, ttlMs);
    return true;
  }

  async take(key: string): Promise<string | undefined> {
    const value = this.#texts.get(key);
    this.#texts.delete(key);
    return value;
  }

  async increment(key: string, ttlMs: number): Promise<number> {
    const before = this.#texts.get(key);
    if (before === undefined) this.#texts.set(key, '0', ttlMs);
    const count = Number(before ?? 0) + 1;
    this.#texts.replace(key, String(count));
    return count;
  }

  async delete(key: string): Promise<void> {
    for (const map of [this.#texts, this.#records, this.#lists]) map.delete(key);
  }

  async deleteIfEqual(key: string, value: string): Promise<boolean> {
    if (this.#texts.get(key) !== value) return false;
    this.#texts.delete(key);
    return true;
  }

  async setFields(key: string, fields: Readonly<Record<string, string>>, ttlMs: number): Promise<void> {
    this.#records.set(key, { ...this.#records.get(key), ...fields }, ttlMs);
  }

  async fields(key: string): Promise<Readonly<Record<string, string>> | undefined> {
    return this.#records.get(key);
  }

  async push(key: string, value: string, bounds: { maxLength: number; ttlMs: number }): Promise<void> {
    const list = [value, ...(this.#lists.get(key) ?? [])].slice(0, bounds.maxLength);
    this.#lists.set(key, list, bounds.ttlMs);
  }

  async list(key: string): Promise<readonly string[]> {
    return this.#lists.get(key) ?? [];
  }

  async acquireLock(name: string, owner: string, ttlMs: number): Promise<number | undefined> {
    const held = this.#locks.get(name);
    if (held && held.owner !== owner) return undefined;
    const token = held?.token ?? Math.max((this.#lastTokens.get(name) ?? 0) + 1, this.#nowMs());
    this.#locks.set(name, { owner, token }, ttlMs);
    this.#lastTokens.set(name, token);
    return token;
  }

  async releaseLock(name: string, owner: string): Promise<boolean> {
    if (this.#locks.get(name)?.owner !== owner) return false;
    this.#locks.delete(name);
    return true;
  }

  async spendWindow(request: WindowRequest): Promise<WindowAnswer> {
    const record = this.#windows.get(request.key) ?? {
      epoch: randomUUID(),
      states: new Map(),
      seeds: new Map(),
    };
    const answer = spendWindow(record, request, this.#nowMs());
    if (!answer.isLost) this.#windows.set(request.key, record, 2 * request.windowMs);
    return answer;
  }

  async takeRoom(request: RoomRequest): Promise<RoomAnswer> {
    const record = this.#rooms.get(request.key) ?? { stored: 0, isCounted: false, holders: new Map() };
    const answer = takeRoom(record, request, this.#nowMs());
    this.#rooms.set(request.key, record, request.ttlMs);
    return answer;
  }

  async takePlace({ room, guest, capacity, ttlMs }: PlaceRequest): Promise<PlaceAnswer> {
    const guests = this.#places.get(room) ?? new ExpiringMap<true>(this.#nowMs);
    guests.sweep();
    const isIn = guests.get(guest) === true || guests.size < capacity;
    if (isIn) {
      guests.set(guest, true, ttlMs);
      this.#places.set(room, guests);
    }
    return { isIn, guests: guests.size };
  }

  async leavePlace(room: string, guest: string): Promise<void> {
    const guests = this.#places.get(room);
    guests?.delete(guest);
    if (guests?.size === 0) this.#places.delete(room);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const maps = [this.#texts, this.#records, this.#lists, this.#locks, this.#windows, this.#rooms];
    for (const map of maps) map.sweep();
    for (const [room, guests] of this.#places) {
      guests.sweep();
      if (guests.size === 0) this.#places.delete(room);
    }
  }
}
