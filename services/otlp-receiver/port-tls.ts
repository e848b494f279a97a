import type { ConfigOf } from '../../lib/config/setting.js';
import type { Closable } from '../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { ReloadingTls } from '../../lib/tls/reloading-tls.js';
import { tlsFilesOf, type tlsSettings } from './tls-settings.js';

/** Only the settings of TLS. */
type TlsConfig = ConfigOf<typeof tlsSettings>;

/** TLS of both ports; undefined where a port speaks in clear. */
export interface PortTls extends Closable {
  readonly grpc: ReloadingTls | undefined;
  readonly http: ReloadingTls | undefined;
}

/** Rejects with one line when files are missing or not right. */
export async function openPortTls(config: TlsConfig, logger: Logger): Promise<PortTls> {
  const grpcFiles = tlsFilesOf('OTLP_GRPC_TLS', {
    certFile: config.otlpGrpcTlsCertFile,
    keyFile: config.otlpGrpcTlsKeyFile,
    clientCaFile: config.otlpGrpcTlsClientCaFile,
    minVersion: config.otlpGrpcTlsMinVersion,
    reloadIntervalMs: config.otlpGrpcTlsReloadIntervalMs,
  });
  const httpFiles = tlsFilesOf('OTLP_HTTP_TLS', {
    certFile: config.otlpHttpTlsCertFile,
    keyFile: config.otlpHttpTlsKeyFile,
    clientCaFile: config.otlpHttpTlsClientCaFile,
    minVersion: config.otlpHttpTlsMinVersion,
    reloadIntervalMs: config.otlpHttpTlsReloadIntervalMs,
  });
  const grpc = grpcFiles && (await ReloadingTls.open(grpcFiles, logger));
  const http =
    httpFiles &&
    (await ReloadingTls.open(httpFiles, logger).catch((error) => {
      grpc?.close();
      throw error;
    }));
  const close = () => {
    grpc?.close();
    http?.close();
  };
  return { grpc, http, close };
}

/** Finds out early, for a parent of receivers, what they would fail of. */
export async function assertTlsFiles(config: TlsConfig, logger: Logger): Promise<void> {
  await (await openPortTls(config, logger)).close();
}
