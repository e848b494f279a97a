import { createHash } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { AdmissionQuestion } from './admission.js';

export type CredentialForm =
  | { readonly case: 'token'; readonly value: string }
  | { readonly case: 'clientCertificate'; readonly value: Uint8Array };

/** A token decides alone: a certificate beside it neither widens what it may do nor stands in when it is refused. */
export function credentialForm({ token, clientCertificate }: AdmissionQuestion): CredentialForm {
  if (token !== undefined) return { case: 'token', value: token };
  if (clientCertificate) return { case: 'clientCertificate', value: clientCertificate };
  throw new AppError(
    'unauthenticated',
    'The request carries no credential. Send a token in PRIVATE-TOKEN or as Authorization: Bearer <token>, for example with OTEL_EXPORTER_OTLP_HEADERS="PRIVATE-TOKEN=<token>", or a client certificate where the port asks for one.',
  );
}

/** Who sends what where. The token itself is kept nowhere. */
export function questionKey(question: AdmissionQuestion, form: CredentialForm): string {
  const digest = createHash('sha256').update(`${form.case} `).update(form.value).digest('base64');
  return `${digest} ${question.pathTenantId} ${question.pathProjectId} ${question.signal}`;
}
