import type { PartialSuccess, SignalDefinition } from '../signals/signal.js';
import { countRejected, type TranscodeResult } from '../transcode/transcode.js';

/** Keeps every response far below the 4 MiB that exporters read, whatever was sent. */
const MAX_MESSAGE = 2_000;

/**
 * What to tell the exporter about refused items, or about accepted ones that are worth a word: without refused ones the message
 * is a warning, as the OTLP specification has it. Undefined when there is nothing to tell.
 */
export function toPartialSuccess(
  result: TranscodeResult,
  { items }: Pick<SignalDefinition, 'items'>,
): PartialSuccess | undefined {
  const rejected = countRejected(result);
  if (rejected === 0)
    return result.warning === undefined ? undefined : { rejected: 0n, errorMessage: cut(result.warning) };
  const reasons = [...result.rejected].map(([reason, count]) => `${reason} ${count}`).join(', ');
  const total = rejected + result.accepted;
  const refusals = `${rejected} of ${total} ${items} were refused (${reasons}). First: ${result.firstRejection}.`;
  const whole = result.warning === undefined ? refusals : `${refusals} ${result.warning}`;
  return { rejected: BigInt(rejected), errorMessage: cut(whole) };
}

function cut(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}
