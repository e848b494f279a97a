import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AppError, messageOf } from '../errors/app-error.js';

const SCOPES = ['read_observability', 'write_observability', 'api'] as const;
export const TIERS = ['free', 'premium', 'ultimate'] as const;

const tenantId = z.int().min(1).max(4_294_967_295);
const projectId = z.int().min(1);
const hexSha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the token as 64 lower-case hex digits');

const limits = z.strictObject({
  ingest_bytes_per_second: z.int().min(1).optional(),
  max_request_bytes: z
    .int()
    .min(1024)
    .max(64 * 2 ** 20)
    .optional(),
  retention_days: z.int().min(1).max(3650).optional(),
  storage_bytes: z.int().min(1).optional(),
  ingest_burst_bytes: z.int().min(1).optional(),
  ingest_items_per_second: z.int().min(1).optional(),
  traces_retention_days: z.int().min(1).max(3650).optional(),
  metrics_retention_days: z.int().min(1).max(3650).optional(),
  logs_retention_days: z.int().min(1).max(3650).optional(),
  query_max_seconds: z.int().min(1).max(300).optional(),
  query_max_read_bytes: z
    .int()
    .min(2 ** 20)
    .optional(),
  query_max_read_rows: z.int().min(1_000).optional(),
  query_max_memory_bytes: z
    .int()
    .min(2 ** 24)
    .optional(),
  query_max_concurrent: z.int().min(1).max(1_000).optional(),
  traces_ingest_bytes_per_second: z.int().min(1).optional(),
  metrics_ingest_bytes_per_second: z.int().min(1).optional(),
  logs_ingest_bytes_per_second: z.int().min(1).optional(),
  traces_ingest_items_per_second: z.int().min(1).optional(),
  metrics_ingest_items_per_second: z.int().min(1).optional(),
  logs_ingest_items_per_second: z.int().min(1).optional(),
  max_metric_series: z.int().min(1).max(4_000_000).optional(),
  max_attribute_keys: z.int().min(1).max(100_000).optional(),
  max_attribute_values_per_key: z.int().min(1).max(100_000).optional(),
});

const project = z.strictObject({
  id: projectId,
  path: z.string().min(1),
  enabled: z.boolean().default(true),
});

const tenant = z.strictObject({
  id: tenantId,
  path: z.string().min(1),
  tier: z.enum(TIERS).default('free'),
  limits: limits.default({}),
  projects: z.array(project).default([]),
});

const token = z
  .strictObject({
    name: z.string().min(1),
    sha256: hexSha256.optional(),
    token: z.string().min(16, 'must have at least 16 characters').optional(),
    project: projectId.optional(),
    tenant: tenantId.optional(),
    scopes: z.array(z.enum(SCOPES)).min(1),
  })
  .refine(
    (value) => (value.sha256 === undefined) !== (value.token === undefined),
    'needs exactly one of sha256 and token',
  )
  .refine(
    (value) => (value.project === undefined) !== (value.tenant === undefined),
    'needs exactly one of project and tenant',
  );

/** A hash that scrypt (RFC 7914) would refuse to compute would make every sign-in of its user fail as a fault of ours. */
function isUsableScrypt(hash: string): boolean {
  const [n = 0, r = 0, p = 0] = hash.split('$').slice(1, 4).map(Number);
  const isPowerOfTwo = n > 1 && Number.isInteger(Math.log2(n));
  return isPowerOfTwo && r >= 1 && p >= 1 && p <= 16 && 128 * n * r < MAX_SCRYPT_BYTES;
}

const MAX_SCRYPT_BYTES = 256 * 2 ** 20;

const user = z.strictObject({
  username: z.string().min(1),
  password_scrypt: z
    .string()
    .regex(/^scrypt\$\d+\$\d+\$\d+\$[\w+/=-]+\$[\w+/=-]+$/, 'must be scrypt$N$r$p$salt$hash')
    .refine(
      isUsableScrypt,
      'needs N that is a power of two, r and p from 1 on, p up to 16, and 128*N*r below 256 MiB',
    )
    .optional(),
  tenant: tenantId,
  role: z.enum(['developer', 'maintainer', 'owner']),
});

/** `AB:CD:…` as openssl prints it, or plain hex. */
const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .refine(
    (text) => /^[0-9a-f]{64}$/.test(text),
    'must be the SHA-256 fingerprint of the certificate as 64 hex digits',
  );

const certificate = z
  .strictObject({
    /** Every attribute of the subject, in any order: `CN=klio-server,O=acme`. */
    subject: z
      .string()
      .regex(/^\s*[A-Za-z0-9.]+\s*=/, 'must be a distinguished name such as CN=klio-server')
      .optional(),
    dns: z.string().min(1).optional(),
    uri: z.string().min(1).optional(),
    sha256: fingerprint.optional(),
    project: projectId,
    scopes: z.array(z.enum(SCOPES)).min(1),
  })
  .refine(
    ({ subject, dns, uri, sha256 }) => (subject ?? dns ?? uri ?? sha256) !== undefined,
    'needs at least one of subject, dns, uri and sha256',
  );

/** Runs the mesh: manages tenants, and reads no telemetry. */
const admin = z.strictObject({ name: z.string().min(1), sha256: hexSha256 });

const identityFile = z.strictObject({
  admins: z.array(admin).default([]),
  tenants: z.array(tenant).default([]),
  tokens: z.array(token).default([]),
  users: z.array(user).default([]),
  client_certificates: z.array(certificate).default([]),
});

export type IdentityFile = z.infer<typeof identityFile>;
export type IdentityTenant = IdentityFile['tenants'][number];
export type IdentityToken = IdentityFile['tokens'][number];
export type IdentityCertificate = IdentityFile['client_certificates'][number];
export type IdentityUser = IdentityFile['users'][number];

/** Reads the static identity file. Throws one error that lists everything that is wrong, without any value of a secret. */
export async function readIdentityFile(path: string): Promise<IdentityFile> {
  let document: unknown;
  try {
    document = parseYaml(requireContent(await readFile(path, 'utf8')));
  } catch (error) {
    throw new AppError(
      'invalid_argument',
      `The identity file ${path} cannot be read: ${messageOf(error).split('\n')[0]}`,
    );
  }
  const parsed = identityFile.safeParse(document ?? {});
  const problems = parsed.success
    ? findContradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new AppError(
    'invalid_argument',
    `The identity file ${path} is not valid:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/** An editor that is about to write leaves a file empty for a moment, which must not switch everybody off. */
function requireContent(text: string): string {
  if (text.trim() !== '') return text;
  throw new Error('it is empty; write "tenants: []" if nobody is meant');
}

/** Two owners of one id or one token would let one tenant see another's data, so the whole file is refused. */
function findContradictions(file: IdentityFile): string[] {
  const projects = file.tenants.flatMap((entry) => entry.projects.map((item) => item.id));
  const tenants = file.tenants.map((entry) => entry.id);
  const problems = [
    ...duplicates(tenants).map((id) => `tenants: id ${id} occurs more than once`),
    ...duplicates(projects).map((id) => `tenants: project ${id} occurs more than once`),
    ...duplicates(file.tokens.map((entry) => entry.name)).map(
      (name) => `tokens: name ${name} occurs more than once`,
    ),
    ...duplicates(file.tokens.map(tokenHash)).map((hash) => {
      const names = file.tokens.filter((entry) => tokenHash(entry) === hash).map((entry) => entry.name);
      return `tokens: ${names.join(' and ')} are the same token`;
    }),
    ...duplicates([...file.admins.map((entry) => entry.sha256), ...new Set(file.tokens.map(tokenHash))]).map(
      () => 'admins: a token is given twice, or is one of the tokens for telemetry as well',
    ),
    ...duplicates(file.users.map((entry) => entry.username)).map(
      (name) => `users: username ${name} occurs more than once`,
    ),
  ];
  for (const [index, entry] of file.tokens.entries()) {
    if (entry.project !== undefined && !projects.includes(entry.project))
      problems.push(`tokens.${index}.project: there is no project ${entry.project}`);
    if (entry.tenant !== undefined && !tenants.includes(entry.tenant))
      problems.push(`tokens.${index}.tenant: there is no tenant ${entry.tenant}`);
  }
  for (const [index, entry] of file.client_certificates.entries()) {
    if (!projects.includes(entry.project))
      problems.push(`client_certificates.${index}.project: there is no project ${entry.project}`);
  }
  for (const [index, entry] of file.users.entries()) {
    if (!tenants.includes(entry.tenant))
      problems.push(`users.${index}.tenant: there is no tenant ${entry.tenant}`);
  }
  return problems;
}

function tokenHash({ sha256, token: clear }: IdentityToken): string {
  return (
    sha256 ??
    createHash('sha256')
      .update(clear ?? '')
      .digest('hex')
  );
}

function duplicates<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
