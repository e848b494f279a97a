import type { Metadata } from '@grpc/grpc-js';
import { clientAddress, type TrustedProxies } from '../../../lib/auth/client-address.js';
import { presentedToken } from '../../../lib/auth/presented-token.js';
import type { AdmissionQuestion } from '../admission/admission.js';
import { clientCertificateIn } from './client-certificate.js';

export interface CallHead {
  readonly metadata: Metadata;
  /** As the library says it: `10.0.0.1:443`, `[::1]:443`, or `unknown` of a connection that is gone. */
  readonly peer: string;
}

/** Who sends: what a question about a call begins with. */
export function senderOf(
  { metadata, peer }: CallHead,
  trustedProxies: TrustedProxies | undefined,
): Omit<AdmissionQuestion, 'signal' | 'wireBytes'> {
  const forwardedFor = metadata.get('x-forwarded-for').join(',');
  return {
    token: presentedToken((name) => metadata.get(name)[0]?.toString()),
    clientCertificate: clientCertificateIn(metadata),
    pathTenantId: 0,
    pathProjectId: 0n,
    clientAddress: clientAddress({ peer: hostOf(peer), forwardedFor }, trustedProxies),
  };
}

/** Without the port. */
function hostOf(peer: string): string {
  const end = peer.lastIndexOf(':');
  const host = end < 0 ? peer : peer.slice(0, end);
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
