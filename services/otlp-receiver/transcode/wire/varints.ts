import { UNUSUAL } from './unusual.js';

/** A varint of so many bytes is below 2^49, which a double holds exactly. */
export const EXACT_VARINT_BYTES = 7;

/** Whether `[start, end)` is exactly one varint of at most EXACT_VARINT_BYTES. */
export function isOneVarint(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > EXACT_VARINT_BYTES) return false;
  for (let index = start; index < end - 1; index++) if ((bytes[index] as number) < 0x80) return false;
  return (bytes[end - 1] as number) < 0x80;
}

/** Value of a varint of at most EXACT_VARINT_BYTES. */
export function smallVarint(bytes: Uint8Array, start: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--)
    value = value * 128 + ((bytes[start + index] as number) & 0x7f);
  return value;
}

/** Value of an int64 varint: negative numbers are two's complement in ten bytes. */
export function int64Varint(bytes: Uint8Array, start: number, size: number): bigint {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--)
    value = (value << 7n) | BigInt((bytes[start + index] as number) & 0x7f);
  if (value >> 64n !== 0n) throw UNUSUAL;
  return BigInt.asIntN(64, value);
}
