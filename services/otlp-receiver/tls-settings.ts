import { defineSettings, type Setting } from '../../lib/config/setting.js';
import { durationMs, oneOf, path, type ValueType } from '../../lib/config/value-types.js';
import { AppError } from '../../lib/errors/app-error.js';
import type { TlsFiles } from '../../lib/tls/tls-files.js';

type Protocol = 'grpc' | 'http';

interface TlsSetting<T, D extends string | undefined> extends Setting<T> {
  readonly default: D;
}

/** One key of the OpenTelemetry Collector's `tls:` section of a receiver. */
function tlsSetting<T, D extends string | undefined>(
  protocol: Protocol,
  key: string,
  rest: { readonly type: ValueType<T>; readonly default: D; readonly description: string },
): TlsSetting<T, D> {
  return {
    yaml: `receivers.otlp.protocols.${protocol}.tls.${key}`,
    env: `OTLP_${protocol.toUpperCase()}_TLS_${key.toUpperCase()}`,
    flags: [`otlp-${protocol}-tls-${key.replaceAll('_', '-')}`],
    ...rest,
  };
}

const certFile = {
  type: path,
  default: undefined,
  description: 'PEM file with the certificate of the port and its chain. Unset, the port speaks in clear.',
};
const keyFile = {
  type: path,
  default: undefined,
  description: 'PEM file with the private key of the certificate, without a passphrase.',
};
const clientCaFile = {
  type: path,
  default: undefined,
  description:
    'PEM file with the authorities of client certificates. Set, every client must present a certificate that one of them vouches for.',
};
const minVersion = {
  type: oneOf('1.2', '1.3'),
  default: '1.2',
  description: 'Lowest version of TLS that is spoken.',
} as const;
const reloadInterval = {
  type: durationMs,
  default: '10s',
  description:
    'How often the three files are looked at; new connections get what changed, running ones go on. `0s`: never.',
} as const;

export const tlsSettings = defineSettings({
  otlpGrpcTlsCertFile: tlsSetting('grpc', 'cert_file', certFile),
  otlpGrpcTlsKeyFile: tlsSetting('grpc', 'key_file', keyFile),
  otlpGrpcTlsClientCaFile: tlsSetting('grpc', 'client_ca_file', clientCaFile),
  otlpGrpcTlsMinVersion: tlsSetting('grpc', 'min_version', minVersion),
  otlpGrpcTlsReloadIntervalMs: tlsSetting('grpc', 'reload_interval', reloadInterval),
  otlpHttpTlsCertFile: tlsSetting('http', 'cert_file', certFile),
  otlpHttpTlsKeyFile: tlsSetting('http', 'key_file', keyFile),
  otlpHttpTlsClientCaFile: tlsSetting('http', 'client_ca_file', clientCaFile),
  otlpHttpTlsMinVersion: tlsSetting('http', 'min_version', minVersion),
  otlpHttpTlsReloadIntervalMs: tlsSetting('http', 'reload_interval', reloadInterval),
});

interface PortTls {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly clientCaFile: string | undefined;
  readonly minVersion: '1.2' | '1.3';
  readonly reloadIntervalMs: number;
}

/** The files of a port, or undefined when it speaks in clear. Throws where a part of them is missing. */
export function tlsFilesOf(setting: string, port: PortTls): TlsFiles | undefined {
  const { certFile, keyFile, clientCaFile, minVersion, reloadIntervalMs } = port;
  if (certFile === undefined && keyFile === undefined && clientCaFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? 'CERT_FILE' : 'KEY_FILE';
    throw new AppError(
      'invalid_argument',
      `${setting}_${missing} is not set: TLS needs both ${setting}_CERT_FILE and ${setting}_KEY_FILE.`,
    );
  }
  return { certFile, keyFile, clientCaFile, minVersion: `TLSv${minVersion}`, reloadIntervalMs, setting };
}
