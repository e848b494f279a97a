/** Where a server listens. Port 0 lets the system choose. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `:port` (all interfaces) or `[::1]:port`. Returns undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]*)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

export function isLoopback(address: Address): boolean {
  return address.host === 'localhost' || address.host === '::1' || address.host.startsWith('127.');
}
