import type { Account, Amount, Share } from '../ledger/account.js';
import { type ServicePart, servicesOf, shareOut } from './export-services.js';
import { accountOf, type ReceivedExport } from './received-export.js';

/** An export with where it is entered in the books. */
export interface EnteredExport extends ReceivedExport {
  readonly account: Account;
  /** The body as protobuf. */
  readonly wire: Uint8Array;
  readonly parts: readonly ServicePart[];
}

/** Without JSON being read: then it is one part without a name. */
export function enterUnread(received: ReceivedExport): EnteredExport {
  const { body, encoding } = received;
  const parts =
    encoding === 'json' ? [{ service: '', pieces: [body], bytes: body.length }] : servicesOf(body);
  return { ...received, account: accountOf(received), wire: body, parts };
}

/** Throws AppError `malformed_payload` for JSON that is none. */
export function readJsonOf(unread: EnteredExport): EnteredExport {
  if (unread.encoding !== 'json') return unread;
  const wire = unread.signal.readJson(unread.body);
  return { ...unread, wire, parts: servicesOf(wire) };
}

/** An amount of the export by service. */
export function sharesOf({ parts, signal }: EnteredExport, amount: Amount): readonly [Share, ...Share[]] {
  return shareOut(parts, amount, signal.itemPath);
}

/** A request whose items are not known, because it cannot be transcoded. */
export function wholeOf(entered: EnteredExport): readonly [Share, ...Share[]] {
  return sharesOf(entered, { items: 0, bytes: entered.body.length });
}
