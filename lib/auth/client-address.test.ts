import { describe, expect, it } from 'vitest';
import { clientAddress, networks, trustProxies } from './client-address.js';

const PROXIES = trustProxies(networks.parse('10.0.0.0/8, 192.0.2.1, fd00::/8'));
const seen = (peer: string, forwardedFor?: string) => clientAddress({ peer, forwardedFor }, PROXIES);

describe('Where a request comes from', () => {
  it.each([
    ['of nobody trusted', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['of a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['of a proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['of a proxy on an IPv6 socket', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    [
      'of two proxies, with what the client made up',
      '10.1.2.3',
      '6.6.6.6, 203.0.113.9, 192.0.2.1',
      '203.0.113.9',
    ],
    ['of a client that names a trusted network', '10.1.2.3', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['within the trusted network', '10.1.2.3', '10.9.9.9', '10.9.9.9'],
    ['with ports and brackets', 'fd00::1', '"[2001:db8::7]:4711"', '2001:db8::7'],
    ['with a port', '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['with what is no address', '10.1.2.3', '203.0.113.9, unknown', '10.1.2.3'],
    ['with a long chain', '10.1.2.3', `${'6.6.6.6, '.repeat(5_000)}10.0.0.1`, '6.6.6.6'],
  ])('%s', (_case, peer, forwardedFor, expected) => {
    expect(seen(peer, forwardedFor)).toBe(expected);
  });

  it('is the peer for all while no proxy is trusted', () => {
    const nobody = trustProxies(networks.parse(''));
    expect(clientAddress({ peer: '127.0.0.1', forwardedFor: '1.1.1.1' }, nobody)).toBe('127.0.0.1');
    expect(clientAddress({ peer: undefined, forwardedFor: '1.1.1.1' }, nobody)).toBeUndefined();
  });

  it.each(['10.0.0.0/33', '10.0.0', 'proxy.example.com', '::1/129', '10.0.0.0/8/8', '10.0.0.0/'])(
    'cannot be said by %s',
    (text) => {
      expect(() => networks.parse(text)).toThrowError(/expected addresses or networks/);
    },
  );
});
