import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import { ExpiringMap } from '../../../lib/kv/expiring-map.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { SigningKeys } from '../keys/signing-keys.js';
import type { SignalName } from './rate-limits.js';

/** Whose lease. */
export interface SealOwner {
  readonly tenantId: number;
  readonly signal: SignalName;
}

/** Bytes and items. */
export interface Sealed {
  readonly bytes: number;
  readonly items: number;
}

interface OpenedSeal extends Sealed {
  readonly id: string;
}

export interface LeaseSealsOptions {
  /** Whose `sealSecret` all replicas share. */
  readonly keys: Pick<SigningKeys, 'sealSecret'>;
  readonly kv: Pick<Kv, 'setIfAbsent'>;
  readonly nowMs?: () => number;
}

const SIGNAL_CODES: Readonly<Record<SignalName, number>> = { traces: 1, metrics: 2, logs: 3 };
/** Version, signal, tenant, time, bytes, items, id. */
const BODY_BYTES = 1 + 1 + 4 + 8 + 8 + 8 + 12;
const MAC_BYTES = 16;
const VERSION = 1;
const ID_AT = 30;
/** A lease lasts a second and is given back within another one; this is for receivers that are slow. */
const VALID_MS = 15_000;
/** More than a receiver gathers between two questions. */
const MAX_SEALS = 64;
/** Remembered while the store is away; more is not given back then. */
const MAX_USED = 100_000;

/**
 * What a receiver has to show when it gives something back: that it got it. A seal says how much was leased to whom and when, with
 * a code that only gatekeepers can make, and counts once.
 */
export class LeaseSeals {
  readonly #options: LeaseSealsOptions;
  readonly #nowMs: () => number;
  /** While the shared store is away. */
  readonly #used: ExpiringMap<true>;

  constructor(options: LeaseSealsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#used = new ExpiringMap(this.#nowMs);
  }

  seal({ tenantId, signal }: SealOwner, { bytes, items }: Sealed): Uint8Array {
    const body = Buffer.alloc(BODY_BYTES);
    body.writeUInt8(VERSION, 0);
    body.writeUInt8(SIGNAL_CODES[signal], 1);
    body.writeUInt32BE(tenantId, 2);
    body.writeDoubleBE(this.#nowMs(), 6);
    body.writeDoubleBE(bytes, 14);
    body.writeDoubleBE(items, 22);
    randomBytes(BODY_BYTES - ID_AT).copy(body, ID_AT);
    return Buffer.concat([body, this.#codeOf(body)]);
  }

  /** Whether one of the seals is the owner's, used or not. */
  isKnown(owner: SealOwner, seals: readonly Uint8Array[]): boolean {
    return this.#openAll(owner, seals).length > 0;
  }

  /** What the unused ones stand for together; they are used then. */
  async redeem(owner: SealOwner, seals: readonly Uint8Array[]): Promise<Sealed> {
    const opened = this.#openAll(owner, seals);
    const first = await Promise.all(opened.map(({ id }) => this.#use(owner, id)));
    const unused = opened.filter((_seal, position) => first[position]);
    return {
      bytes: unused.reduce((sum, { bytes }) => sum + bytes, 0),
      items: unused.reduce((sum, { items }) => sum + items, 0),
    };
  }

  #openAll(owner: SealOwner, seals: readonly Uint8Array[]): OpenedSeal[] {
    const opened = seals.slice(-MAX_SEALS).flatMap((seal) => this.#open(owner, Buffer.from(seal)) ?? []);
    return [...new Map(opened.map((seal) => [seal.id, seal])).values()];
  }

  #open({ tenantId, signal }: SealOwner, seal: Buffer): OpenedSeal | undefined {
    if (seal.length !== BODY_BYTES + MAC_BYTES) return undefined;
    const body = seal.subarray(0, BODY_BYTES);
    if (!timingSafeEqual(this.#codeOf(body), seal.subarray(BODY_BYTES))) return undefined;
    const isOwn =
      body.readUInt8(0) === VERSION &&
      body.readUInt8(1) === SIGNAL_CODES[signal] &&
      body.readUInt32BE(2) === tenantId;
    const isValid = Math.abs(this.#nowMs() - body.readDoubleBE(6)) < VALID_MS;
    if (!isOwn || !isValid) return undefined;
    const id = body.subarray(ID_AT).toString('base64url');
    return { id, bytes: body.readDoubleBE(14), items: body.readDoubleBE(22) };
  }

  async #use({ tenantId }: SealOwner, id: string): Promise<boolean> {
    if (this.#used.get(id)) return false;
    try {
      return await this.#options.kv.setIfAbsent(`lease-seal:{${tenantId}}:${id}`, '1', 2 * VALID_MS);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      if (this.#used.size >= MAX_USED) this.#used.sweep();
      if (this.#used.size >= MAX_USED) return false;
      this.#used.set(id, true, 2 * VALID_MS);
      return true;
    }
  }

  #codeOf(body: Buffer): Buffer {
    return createHmac('sha256', this.#options.keys.sealSecret).update(body).digest().subarray(0, MAC_BYTES);
  }
}
