import type { PartialSuccess, SignalDefinition } from '../signals/signal.js';
import { countRejected, type TranscodeResult } from '../transcode/transcode.js';

/** Keeps every response far below the 4 MiB that exporters read, whatever was sent. */
const MAX_MESSAGE = 2_000;

/** What to tell the exporter about refused items; undefined when there were none. */
export function toPartialSuccess(
  result: TranscodeResult,
  { items }: Pick<SignalDefinition, 'items'>,
): PartialSuccess | undefined {
  const rejected = countRejected(result);
  if (rejected === 0) return undefined;
  const reasons = [...result.rejected].map(([reason, count]) => `${reason} ${count}`).join(', ');
  const total = rejected + result.accepted;
  const whole = `${rejected} of ${total} ${items} were refused (${reasons}). First: ${result.firstRejection}.`;
  const errorMessage = whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE)}…` : whole;
  return { rejected: BigInt(rejected), errorMessage };
}
