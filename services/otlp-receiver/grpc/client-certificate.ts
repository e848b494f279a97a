import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { rememberedPerConnection } from '../admission/peer-certificate.js';
import { sessionOf } from './call-stream.js';

/** Metadata in which the interceptor hands the verified certificate to the methods; what a client sends under it is dropped. */
const CLIENT_CERTIFICATE_KEY = 'gob-verified-client-certificate-bin';

export function clientCertificateIn(metadata: Metadata): Uint8Array | undefined {
  const [der] = metadata.get(CLIENT_CERTIFICATE_KEY);
  return typeof der === 'string' ? undefined : der;
}

/** Puts the certificate of the call's connection, and none but that, into its metadata. */
export function noteClientCertificate(metadata: Metadata, call: ServerInterceptingCallInterface): void {
  metadata.remove(CLIENT_CERTIFICATE_KEY);
  const der = clientCertificateOf(call);
  if (der) metadata.set(CLIENT_CERTIFICATE_KEY, der);
}

/** The library parses the certificate anew at each question, which costs more than a small export. */
function clientCertificateOf(call: ServerInterceptingCallInterface): Buffer | undefined {
  const read = () => call.getAuthContext().sslPeerCertificate?.raw;
  const session = sessionOf(call);
  return session ? rememberedPerConnection(session, read) : read();
}
