import { QUERY_ID_SETTING } from '../engine/engine.js';
import { isWord, tokens } from './tokens.js';

/**
 * Makes KILL work on the ids that clients know. The engine gives every statement an id of its own, so `query_id` is
 * read from the setting that carries the client's; and SYNC would wait for ever, so it becomes ASYNC.
 */
export function rewriteKill(sql: string): string {
  let result = '';
  let copied = 0;
  for (const token of tokens(sql)) {
    const replacement = isWord(token, 'QUERY_ID')
      ? `Settings['${QUERY_ID_SETTING}']`
      : token.depth === 0 && isWord(token, 'SYNC')
        ? 'ASYNC'
        : undefined;
    if (replacement === undefined) continue;
    result += sql.slice(copied, token.start) + replacement;
    copied = token.end;
  }
  return result + sql.slice(copied);
}
