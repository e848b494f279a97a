import type { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import { type Share, totalOf } from '../ledger/account.js';
import type { Ledger } from '../ledger/ledger.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import type { RejectLog } from '../ledger/reject-log.js';
import { countRejected, type TranscodeContext, type TranscodeResult } from '../transcode/transcode.js';
import { type EnteredExport, sharesOf } from './entered-export.js';
import type { RefusedExport } from './received-export.js';
import { senderOf } from './resource-names.js';

export interface ExportBooksOptions {
  readonly ledger: Ledger;
  readonly rejects: RejectLog;
}

/** What is entered about an export when it is known what becomes of its items. */
export class ExportBooks {
  readonly #options: ExportBooksOptions;

  constructor(options: ExportBooksOptions) {
    this.#options = options;
  }

  /** Enters the items of an export, and the refused ones as such. Returns what is left to be stored. */
  enter(entered: EnteredExport, result: TranscodeResult, context: TranscodeContext): readonly Share[] {
    const { ledger } = this.#options;
    const { account, body } = entered;
    const items = result.accepted + countRejected(result);
    const shares = sharesOf(entered, { items, bytes: body.length });
    const isRefused = result.rejected.size > 0;
    const left = isRefused ? this.#enterRefused(entered, { shares, result, context }) : shares;
    if (!isRefused) ledger.received(account, withoutBytes(shares));
    const isNothingLeft = result.blocks.length === 0;
    if (isNothingLeft) ledger.stored(account, left);
    return left;
  }

  /** Whose the refused items of several services are, shows when each service's part is looked at alone. */
  #enterRefused(entered: EnteredExport, { shares, result, context }: Refused): readonly Share[] {
    const { parts, signal, account } = entered;
    return parts.map((part, index) => {
      const own = parts.length === 1 ? result : signal.transcode(joined(part.pieces), context);
      const items = own.accepted + countRejected(own);
      const share = { service: part.service, items, bytes: shares[index]?.bytes ?? 0 };
      this.#options.ledger.received(account, withoutBytes([share]));
      return this.#enterReasons(entered, share, own);
    });
  }

  #enterReasons(entered: EnteredExport, share: Share, result: TranscodeResult): Share {
    let { bytes } = share;
    for (const [reason, items] of result.rejected) {
      // Refused items weigh like the others: what each one took of the request is not known.
      const refused = { ...share, items, bytes: Math.floor((share.bytes * items) / share.items) };
      bytes -= refused.bytes;
      const first = result.firstByReason?.get(reason);
      this.#reject(entered, { reason, shares: [refused], detail: reason, ...first });
    }
    return { ...share, items: result.accepted, bytes };
  }

  /** Enters a refusal of all that is left. Returns the error for the exporter. */
  refuse(refused: Refusing, thrown: unknown, shares: readonly Share[]): AppError {
    const error = toAppError(thrown);
    const excess = error instanceof LimitExceeded ? error.excess : undefined;
    this.#reject(refused, { reason: error.code, shares, detail: error.message, ...excess });
    return error;
  }

  #reject(refused: Refusing, { reason, shares, detail, limit, measured }: Rejection): void {
    const { account, userAgent, encoding, body, wire = body } = refused;
    const { ledger, rejects } = this.#options;
    ledger.rejected(account, reason, shares);
    const isReadable = encoding === 'protobuf' || wire !== body;
    const { serviceName, ...sender } = isReadable ? senderOf(wire) : {};
    rejects.record({
      ...{ ...account, ...sender, reason, detail, limit, measured, userAgent },
      serviceName: (shares.length === 1 && shares[0]?.service) || serviceName,
      ...totalOf(shares),
    });
  }
}

/** What is refused, as far as it was read. */
export type Refusing = RefusedExport & Pick<EnteredExport, 'account'> & Partial<Pick<EnteredExport, 'wire'>>;

interface Rejection {
  readonly reason: string;
  readonly shares: readonly Share[];
  readonly detail: string;
  readonly limit?: string | undefined;
  readonly measured?: string | undefined;
}

interface Refused {
  readonly shares: readonly Share[];
  readonly result: TranscodeResult;
  readonly context: TranscodeContext;
}

/** The bytes are entered when a request arrives. */
function withoutBytes(shares: readonly Share[]): readonly Share[] {
  return shares.map((share) => ({ ...share, bytes: 0 }));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = pieces;
  return only && more.length === 0 ? only : Buffer.concat(pieces);
}
