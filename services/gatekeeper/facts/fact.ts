import { z } from 'zod';

/** One kind of fact: how it is written, and for how long it is believed. */
export interface FactKind<T> {
  /** Part of the key, and a label of the metric. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly ttlMs: number;
  /** Of facts that say no. */
  readonly negativeTtlMs: number;
  readonly isPositive: (value: T) => boolean;
}

export interface Fact {
  readonly value: unknown;
  /** Unix milliseconds until which nobody needs to ask again. */
  readonly freshUntilMs: number;
  /** Until when it may stand in while nobody can be asked. */
  readonly endsMs: number;
}

const envelope = z.object({ value: z.unknown(), freshUntilMs: z.number(), endsMs: z.number() });

export function writeFact(fact: Fact): string {
  return JSON.stringify(fact);
}

/** Undefined for what another version wrote in another shape. */
export function readFact<T>(kind: FactKind<T>, text: string): Fact | undefined {
  const fact = envelope.safeParse(parse(text));
  const value = fact.success ? kind.schema.safeParse(fact.data.value) : undefined;
  return fact.success && value?.success ? { ...fact.data, value: value.data } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
