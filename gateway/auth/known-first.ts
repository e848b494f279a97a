import { hash } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import type { GatekeeperService } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../lib/errors/app-error.js';
import { LruSet } from '../../lib/limits/lru-set.js';
import { TurnGate } from '../../lib/limits/turn-gate.js';

type Authorize = Client<typeof GatekeeperService>['authorize'];

/** Credentials that were good once, by their digests. */
const MAX_KNOWN = 10_000;
/** Half of what a connection to the gatekeeper carries: the other half is for those who are known. */
const UNKNOWN_AT_A_TIME = { running: 128, waiting: 256 } as const;
const BACK_SOON_MS = 1_000;

/**
 * Questions about credentials, of which made-up ones may take as long as GitLab does. They wait for each other, and not those
 * of callers who were let in before. The answer is the gatekeeper's each time.
 */
export function knownFirst(authorize: Authorize): Authorize {
  const known = new LruSet<string>(MAX_KNOWN);
  const gate = new TurnGate({ ...UNKNOWN_AT_A_TIME, refusal: tooMany });
  return async (request, options) => {
    const key = hash('sha256', JSON.stringify(request.credential?.form ?? ''), 'base64');
    if (known.has(key)) return authorize(request, options);
    const answer = await gate.run(() => authorize(request, options));
    known.add(key);
    return answer;
  };
}

function tooMany(): AppError {
  const message = 'Too many credentials are being checked; try again in a moment.';
  return new AppError('unavailable', message, { retryAfterMs: BACK_SOON_MS });
}
