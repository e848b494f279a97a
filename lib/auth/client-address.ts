import { BlockList, isIP } from 'node:net';
import type { ValueType } from '../config/value-types.js';
import { list } from '../config/value-types.js';

/** Proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = Pick<BlockList, 'check'>;

/** What arrived, and from where. */
export interface Arrived {
  /** The other end of the connection. */
  readonly peer: string | undefined;
  /** `X-Forwarded-For`, all of them joined by commas. */
  readonly forwardedFor: string | undefined;
}

const FAMILIES = { 4: 'ipv4', 6: 'ipv6' } as const;
const PREFIX_BITS = { 4: 32, 6: 128 } as const;
/** A request that came through more proxies than this came through none that is ours. */
const MAX_HOPS = 20;

/** A list of addresses and networks. */
export const networks: ValueType<readonly string[]> = {
  label: 'list of addresses and networks (`10.0.0.0/8, ::1`)',
  parse: (text) => {
    const items = list.parse(text);
    for (const item of items) readNetwork(item);
    return items;
  },
};

/** Of checked `networks`. Undefined where nobody is trusted. */
export function trustProxies(items: readonly string[]): TrustedProxies | undefined {
  if (items.length === 0) return undefined;
  const trusted = new BlockList();
  for (const { address, bits, family } of items.map(readNetwork))
    trusted.addSubnet(address, bits, FAMILIES[family]);
  return trusted;
}

/**
 * Where a request comes from: the peer, or when that is a trusted proxy, whom it names; read from the right, because
 * everything left of what a trusted proxy added was said by the client. Undefined when the peer has gone away already.
 */
export function clientAddress(
  { peer, forwardedFor }: Arrived,
  trusted: TrustedProxies | undefined,
): string | undefined {
  if (peer === undefined || trusted === undefined) return peer;
  const hops = (forwardedFor ?? '').split(',').slice(-MAX_HOPS).map(plainAddress);
  let address = plainAddress(peer);
  while (isTrusted(address, trusted)) {
    const before = hops.pop() ?? '';
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  const family = isIP(address);
  return (family === 4 || family === 6) && trusted.check(address, FAMILIES[family]);
}

/** Without port, brackets, zone, and the form in which IPv6 sockets name IPv4 peers. */
function plainAddress(text: string): string {
  const trimmed = text.trim().replace(/^"|"$/g, '');
  const bare = trimmed.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function readNetwork(item: string): { address: string; bits: number; family: 4 | 6 } {
  const [address = '', prefix, ...more] = item.split('/');
  const family = isIP(address);
  if (family !== 4 && family !== 6) throw notANetwork(item);
  const most = PREFIX_BITS[family];
  const bits = prefix === undefined ? most : Number(prefix);
  if (more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) || bits > most)
    throw notANetwork(item);
  return { address, bits, family };
}

const notANetwork = (item: string): Error =>
  new Error(`expected addresses or networks such as 10.0.0.0/8 or ::1, got "${item}"`);
