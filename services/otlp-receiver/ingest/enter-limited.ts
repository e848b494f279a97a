import type { LimitNote } from '../derived/limit-note.js';
import type { Ledger } from '../ledger/ledger.js';
import type { TranscodeResult } from '../transcode/transcode.js';
import type { ReceivedExport } from './received-export.js';

/** Enters what is stored with less than was sent. Returns the result, with a warning where the sender should hear of it. */
export function enterLimited(
  ledger: Pick<Ledger, 'limited'>,
  { admission, signal, userAgent }: ReceivedExport,
  { result, notes }: { readonly result: TranscodeResult; readonly notes: readonly LimitNote[] },
): TranscodeResult {
  const { tenantId, projectId, database } = admission;
  for (const { isChanged, ...note } of notes)
    ledger.limited({ tenantId, projectId, database, signal: signal.name, userAgent, ...note });
  const changed = notes.find(({ isChanged }) => isChanged);
  return changed ? { ...result, warning: `${changed.detail} ${changed.remedy}` } : result;
}
