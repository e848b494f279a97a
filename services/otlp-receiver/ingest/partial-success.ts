import type { PartialSuccess, SignalDefinition } from '../signals/signal.js';
import { countRejected, type TranscodeResult } from '../transcode/transcode.js';

/** What to tell the exporter about refused items; undefined when there were none. */
export function toPartialSuccess(
  result: TranscodeResult,
  { items }: Pick<SignalDefinition, 'items'>,
): PartialSuccess | undefined {
  const rejected = countRejected(result);
  if (rejected === 0) return undefined;
  const reasons = [...result.rejected].map(([reason, count]) => `${reason} ${count}`).join(', ');
  const total = rejected + result.accepted;
  const errorMessage = `${rejected} of ${total} ${items} were refused (${reasons}). First: ${result.firstRejection}.`;
  return { rejected: BigInt(rejected), errorMessage };
}
