import { isLikelyId } from '../filter/names-an-id.js';
import type { LogFilter } from './log-filter.js';

/**
 * Whether few records can be expected, however long the range is: of one trace, span or fingerprint, or with a word that looks like
 * an id. It only decides where to look first: a wrong guess costs time and never a record.
 */
export function isLikelyRare({ traceIds, spanIds, fingerprints, body }: LogFilter): boolean {
  const words = [...body.words, ...body.contains.flatMap(({ wholeWords }) => wholeWords)];
  return traceIds.length + spanIds.length + fingerprints.length > 0 || words.some(isLikelyId);
}
