import { ServerCredentials } from '@grpc/grpc-js';
import type { ReloadingTls } from '../../../lib/tls/reloading-tls.js';

/** Certificates of the gRPC port that follow their files: the library swaps the secure context of the running server. */
export class ReloadingServerCredentials extends ServerCredentials {
  constructor(tls: ReloadingTls) {
    const isRequired = tls.requiresClientCertificate;
    super({ requestCert: isRequired, rejectUnauthorized: isRequired }, tls.contextOptions);
    tls.onReload((options) => this.updateSecureContextOptions(options));
  }

  _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
