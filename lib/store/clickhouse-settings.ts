import { type ConfigOf, defineSettings } from '../config/setting.js';
import { integer, path, text, type ValueType } from '../config/value-types.js';
import { AppError } from '../errors/app-error.js';

/** ClickHouse's own default port for HTTP; its native protocol, which `tcp://` names, is never spoken here. */
const DEFAULT_HTTP_PORT = 8123;

/**
 * A ClickHouse server as an HTTP URL. `tcp://host:9000` becomes its HTTP twin `http://host:8123`. Userinfo is kept, so that
 * the value must go through `redactUrl` before it is shown.
 */
export const clickhouseUrl: ValueType<string> = {
  label: 'URL (`http://[user:password@]host[:port]`, `https://…` or `tcp://host:9000`)',
  parse(value) {
    const url = URL.canParse(value.trim()) ? new URL(value.trim()) : undefined;
    if (!url || !/^(https?|tcp):$/.test(url.protocol) || url.hostname === '')
      throw new Error(`expected an http://, https:// or tcp:// URL with a host, got "${redact(value)}"`);
    if (url.pathname.replace(/^\/+$/, '') !== '' || url.search !== '' || url.hash !== '')
      throw new Error(
        `expected scheme, host and port only, got "${redact(value)}": remove path, query and fragment`,
      );
    const scheme = url.protocol === 'tcp:' ? 'http:' : url.protocol;
    return `${scheme}//${userinfo(url)}${url.hostname}${portSuffix(url, value)}`;
  },
};

export const clickhouseSettings = defineSettings({
  clickhouseUrl: {
    yaml: 'clickhouse.url',
    env: 'CLICKHOUSE_URL',
    flags: ['clickhouse-dsn'],
    type: clickhouseUrl,
    default: undefined,
    description:
      'The ClickHouse server, over HTTP. A `tcp://` address is turned into `http://` on the same host, port 8123. The all-in-one starts the embedded engine when this is unset.',
  },
  clickhouseCluster: {
    yaml: 'clickhouse.cluster',
    env: 'CLICKHOUSE_CLUSTER',
    type: text,
    default: undefined,
    description:
      'Cluster as named in `remote_servers`: tables are made ON CLUSTER with Replicated engines. Unset: one server, plain engines.',
  },
  clickhouseServicesFile: {
    yaml: 'clickhouse.services_file',
    env: 'CLICKHOUSE_SERVICES_FILE',
    type: path,
    default: undefined,
    description:
      'File (YAML) with further ClickHouse services, which cells can be on; read again when it or a file that it names changes. The same for receivers, query and tenant-quota; see operations.md.',
  },
  clickhouseMaxConnections: {
    yaml: 'clickhouse.max_connections',
    env: 'CLICKHOUSE_MAX_CONNECTIONS',
    type: integer(1, 1000),
    default: '16',
    description:
      'Most requests that one process has open to a ClickHouse service at a time; further ones wait.',
  },
});

/** The server's URL, for processes that cannot do without. Throws `invalid_argument` naming the setting. */
export function requireClickHouseUrl(
  config: Pick<ConfigOf<typeof clickhouseSettings>, 'clickhouseUrl'>,
): string {
  if (config.clickhouseUrl !== undefined) return config.clickhouseUrl;
  throw new AppError(
    'invalid_argument',
    'CLICKHOUSE_URL: this process needs a ClickHouse server. Set CLICKHOUSE_URL or --clickhouse-dsn, for example http://127.0.0.1:8123.',
  );
}

function userinfo(url: URL): string {
  if (url.username === '' && url.password === '') return '';
  return `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
}

/** HTTPS without a port means 443 as everywhere; HTTP without one means ClickHouse's own port. */
function portSuffix(url: URL, value: string): string {
  if (url.protocol === 'tcp:') return `:${DEFAULT_HTTP_PORT}`;
  if (url.port !== '') return `:${url.port}`;
  // The URL parser drops a scheme's default port even where it was written out.
  const isWrittenOut = /:\d+\/*$/.test(value.trim());
  return url.protocol === 'http:' ? `:${isWrittenOut ? 80 : DEFAULT_HTTP_PORT}` : '';
}

/** Everything up to the last `@` may be part of a password. */
function redact(value: string): string {
  return value.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@');
}
