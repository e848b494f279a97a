import { isIPv6 } from 'node:net';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Identity } from '../identity/identity.js';
import { sha256Hex } from '../keys/digest.js';

export interface KnownAddressesOptions {
  readonly kv: Kv;
  readonly logger: Logger;
  /** Told of each address that an identity was not known by. */
  readonly onNew: (identity: Identity, address: string) => void;
}

const KEPT_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
/** New addresses of one identity in a day; one that moves more than this is not told apart any more. */
const MAX_PER_DAY = 100;
/** Pairs that this process does not ask the store about again. */
const MAX_REMEMBERED = 50_000;

/** From which addresses each identity has been seen within the last 30 days. Never delays or refuses anybody. */
export class KnownAddresses {
  readonly #options: KnownAddressesOptions;
  readonly #remembered = new Set<string>();

  constructor(options: KnownAddressesOptions) {
    this.#options = options;
  }

  /** `address` empty: not known, not noted. */
  note(identity: Identity, address: string): void {
    const network = networkOf(address);
    if (network === '') return;
    const key = `${sha256Hex(`${identity.kind} ${identity.name}`)} ${network}`;
    if (this.#remembered.has(key)) return;
    this.#remember(key);
    this.#look(identity, key, network).catch((error: unknown) => {
      this.#remembered.delete(key);
      this.#options.logger.debug({ reason: messageOf(error) }, 'an address was not noted');
    });
  }

  async #look(identity: Identity, key: string, network: string): Promise<void> {
    const { kv, onNew } = this.#options;
    const [who] = key.split(' ');
    if ((await kv.get(`address:${key}`)) !== undefined) return;
    if ((await kv.increment(`new-addresses:${who}`, DAY_MS)) > MAX_PER_DAY) return;
    if (await kv.setIfAbsent(`address:${key}`, '1', KEPT_MS)) onNew(identity, network);
  }

  #remember(key: string): void {
    this.#remembered.add(key);
    const [oldest] = this.#remembered;
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }
}

/** Of IPv6 the network of one subscriber (/64), of IPv4 the address itself. Anything else is none. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(plain)) return plain;
  if (!isIPv6(plain)) return '';
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail?.split(':').filter((group) => group !== '') ?? [];
  const missing = tail === undefined ? 0 : 8 - groups.length - behind.length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...behind];
  return `${all.slice(0, 4).join(':')}::/64`;
}
