import type { ValueType } from '../../config/value-types.js';
import { redactUrl } from '../../config/value-types.js';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, as `REDIS_URL` says. */
export interface RedisTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** One server, the sentinels, or some nodes of the cluster. */
  readonly nodes: readonly RedisNode[];
  /** Name under which the sentinels know the master. */
  readonly masterName: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Always 0 in a cluster. */
  readonly database: number;
  readonly isTls: boolean;
}

const FORM =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/@?#]+)(?:\/(?<path>[^?#]*))?$/;
const DEFAULT_PORTS = { standalone: 6379, sentinel: 26_379, cluster: 6379 } as const;
const MAX_DATABASE = 15;

/** `redis[s]://`, `redis[s]+sentinel://…/master-name` or `redis[s]+cluster://`, several hosts separated by commas. */
export const redisUrl: ValueType<RedisTarget> = {
  label:
    'URL (`redis://[user:password@]host[:port][/db]`, `redis+sentinel://host,host/master-name[/db]`, `redis+cluster://host,host`; `rediss…` for TLS)',
  parse(value) {
    const groups = FORM.exec(value.trim())?.groups;
    const problem = (what: string) => new Error(`expected ${what}, got "${redactUrl(value)}"`);
    if (!groups) throw problem('a redis://, redis+sentinel:// or redis+cluster:// URL (rediss… for TLS)');
    const kind = (groups.kind ?? 'standalone') as RedisTarget['kind'];
    const nodes = (groups.hosts ?? '').split(',').map((text) => parseNode(text, DEFAULT_PORTS[kind]));
    if (nodes.includes(undefined)) throw problem('host or host:port, separated by commas');
    if (kind === 'standalone' && nodes.length > 1)
      throw problem('one host, or redis+sentinel or redis+cluster');
    const parts = (groups.path ?? '').split('/').filter((part) => part !== '');
    const masterName = kind === 'sentinel' ? parts.shift() : undefined;
    if (kind === 'sentinel' && masterName === undefined) throw problem('the name of the master as the path');
    const database = Number(parts.shift() ?? 0);
    if (parts.length > 0 || !Number.isInteger(database) || database < 0 || database > MAX_DATABASE)
      throw problem(`nothing but a database from 0 to ${MAX_DATABASE} at the end`);
    if (kind === 'cluster' && database !== 0) throw problem('no database: a cluster has only one');
    return {
      kind,
      nodes: nodes as RedisNode[],
      masterName,
      username: decoded(groups.user),
      password: decoded(groups.password),
      database,
      isTls: groups.scheme === 'rediss',
    };
  },
};

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : decodeURIComponent(text);
}
