import { X509Certificate } from 'node:crypto';
import type { IdentityCertificate } from '../../../lib/config/identity-file.js';
import { AppError } from '../../../lib/errors/app-error.js';

/** What a client certificate says about its holder. */
export interface CertificateFacts {
  /** Attributes of the subject, `TYPE=value` with RFC 2253 escapes, sorted and joined by commas. */
  readonly subject: string;
  /** Subject alternative names; DNS names in lower case. */
  readonly dns: readonly string[];
  readonly uris: readonly string[];
  /** Fingerprint, lower-case hex. */
  readonly sha256: string;
}

export type CertificateRule = (facts: CertificateFacts) => boolean;

/** Far more than certificates have. */
const MAX_DER_BYTES = 64 * 2 ** 10;

/**
 * Reads a certificate. Its chain was verified by the receiver; its time is looked at again, because connections outlive it.
 * Throws AppError `unauthenticated`.
 */
export function readCertificate(der: Uint8Array, nowMs = Date.now()): CertificateFacts {
  const certificate = parse(der);
  if (nowMs < Date.parse(certificate.validFrom) || nowMs > Date.parse(certificate.validTo)) {
    const span = `${certificate.validFrom} to ${certificate.validTo}`;
    throw new AppError('unauthenticated', `The client certificate is valid from ${span}. Renew it.`);
  }
  const names = alternativeNames(certificate.subjectAltName ?? '');
  return {
    subject: normalizeName(certificate.subject?.split('\n') ?? []),
    dns: names.flatMap(({ type, value }) => (type === 'DNS' ? [value.toLowerCase()] : [])),
    uris: names.flatMap(({ type, value }) => (type === 'URI' ? [value] : [])),
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function parse(der: Uint8Array): X509Certificate {
  try {
    if (der.length <= MAX_DER_BYTES) return new X509Certificate(der);
  } catch {
    // Answered below.
  }
  throw new AppError('unauthenticated', 'The client certificate cannot be read.');
}

interface AlternativeName {
  readonly type: string;
  readonly value: string;
}

/** Node writes `DNS:a, URI:b` and puts a value in which a comma or quote could mislead into a JSON string. */
const ALTERNATIVE_NAME = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy;

export function alternativeNames(text: string): AlternativeName[] {
  return [...text.matchAll(ALTERNATIVE_NAME)].map(([, type = '', value = '']) => ({
    type,
    value: value.startsWith('"') ? String(JSON.parse(value)) : value,
  }));
}

/** RFC 4514 lists a name from its end, OpenSSL from its beginning; the order says nothing, so it is not compared. */
function normalizeName(attributes: readonly string[]): string {
  const trimmed = attributes.map((attribute) => attribute.trim().replace(/^([^=]*?)\s*=\s*/, '$1='));
  return trimmed
    .filter((attribute) => attribute !== '')
    .sort()
    .join(',');
}

/** True for certificates that have everything an entry of the identity file names. Wildcards are not understood. */
export function certificateRule({ subject, dns, uri, sha256 }: IdentityCertificate): CertificateRule {
  const wantedSubject = subject === undefined ? undefined : normalizeName(subject.split(/(?<!\\),/));
  const wantedDns = dns?.toLowerCase();
  return (facts) =>
    (wantedSubject === undefined || wantedSubject === facts.subject) &&
    (wantedDns === undefined || facts.dns.includes(wantedDns)) &&
    (uri === undefined || facts.uris.includes(uri)) &&
    (sha256 === undefined || sha256 === facts.sha256);
}
