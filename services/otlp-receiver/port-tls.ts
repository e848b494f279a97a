import type { Closable } from '../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { ReloadingTls } from '../../lib/tls/reloading-tls.js';
import type { OtlpReceiverConfig } from './config.js';
import { tlsFilesOf } from './tls-settings.js';

/** TLS of both ports; undefined where a port speaks in clear. */
export interface PortTls extends Closable {
  readonly grpc: ReloadingTls | undefined;
  readonly http: ReloadingTls | undefined;
}

/** Rejects with one line when files are missing or not right. */
export async function openPortTls(config: OtlpReceiverConfig, logger: Logger): Promise<PortTls> {
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
