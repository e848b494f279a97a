import { hash } from 'node:crypto';
import type { CloudConnectorHeaders } from '../../../lib/auth/cloud-connector-headers.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { AdmissionQuestion } from './admission.js';

export type CredentialForm =
  | { readonly case: 'token'; readonly value: string }
  | { readonly case: 'cloudConnector'; readonly value: CloudConnectorHeaders }
  | { readonly case: 'clientCertificate'; readonly value: Uint8Array };

/** A token decides alone: a certificate beside it neither widens what it may do nor stands in when it is refused. */
export function credentialForm(question: AdmissionQuestion): CredentialForm {
  const { cloudConnector, token, clientCertificate } = question;
  if (cloudConnector) return { case: 'cloudConnector', value: cloudConnector };
  if (token !== undefined) return { case: 'token', value: token };
  if (clientCertificate) return { case: 'clientCertificate', value: clientCertificate };
  throw new AppError(
    'unauthenticated',
    'The request carries no credential. Send a token in PRIVATE-TOKEN or as Authorization: Bearer <token>, for example with OTEL_EXPORTER_OTLP_HEADERS="PRIVATE-TOKEN=<token>", or a client certificate where the port asks for one.',
  );
}

/** Who sends what where. The token itself is kept nowhere. */
export function questionKey(question: AdmissionQuestion, form: CredentialForm): string {
  const value = form.case === 'cloudConnector' ? JSON.stringify(form.value) : form.value;
  const digest = hash('sha256', value, 'base64');
  return `${form.case} ${digest} ${question.pathTenantId} ${question.pathProjectId} ${question.signal}`;
}
