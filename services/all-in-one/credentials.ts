import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../lib/errors/app-error.js';
import { hashPassword } from '../gatekeeper/identity/password.js';

const credentialsFile = z.object({
  ingestToken: z.string(),
  readToken: z.string(),
  username: z.string(),
  password: z.string(),
  /** For the command line; absent in directories that were made before there was one. */
  adminToken: z.string().optional(),
});

/** What the operator of a fresh instance needs to get in, in clear. */
export type LocalCredentials = z.infer<typeof credentialsFile>;

export interface LocalIdentity {
  readonly identityFile: string;
  /** Absent when the identity file is the operator's own. */
  readonly credentials: LocalCredentials | undefined;
}

/** Whoever runs the machine need not be protected from themselves; a limit is there to be changed. */
const LOCAL_BYTES_PER_SECOND = 100 * 2 ** 20;
const LOCAL_BURST_SECONDS = 10;
const LOCAL_ITEMS_PER_SECOND = 1_000_000;
/** Only the owner may read files with secrets. */
const OWNER_ONLY = 0o600;

/**
 * The identity file to use: the operator's, or one made at the first start with a tenant, a project, two tokens and a user.
 * The clear values are kept beside it so that later starts can print them again.
 */
export async function prepareIdentity(
  dataDir: string,
  configured: string | undefined,
): Promise<LocalIdentity> {
  if (configured !== undefined) return { identityFile: configured, credentials: undefined };
  const identityFile = join(dataDir, 'identity.yaml');
  const secretsFile = join(dataDir, 'credentials.json');
  if (existsSync(identityFile)) return { identityFile, credentials: readCredentials(secretsFile) };
  const credentials = {
    ingestToken: newSecret('gobi'),
    readToken: newSecret('gobr'),
    username: 'admin',
    password: newSecret('pw'),
    adminToken: newSecret('goba'),
  };
  writeFileSync(secretsFile, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: OWNER_ONLY });
  writeFileSync(identityFile, await renderIdentityFile(credentials), { mode: OWNER_ONLY });
  return { identityFile, credentials };
}

/** The file may be gone: then the operator keeps the secrets elsewhere, and nothing is printed. */
function readCredentials(path: string): LocalCredentials | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = credentialsFile.safeParse(parseJson(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid_argument',
    `${path} is damaged. Remove it together with identity.yaml beside it to have new credentials made.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function renderIdentityFile(
  credentials: LocalCredentials & { readonly adminToken: string },
): Promise<string> {
  const { ingestToken, readToken, username, password, adminToken } = credentials;
  const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex');
  const identity = {
    admins: [{ name: 'local-admin', sha256: sha256(adminToken) }],
    tenants: [
      {
        id: 1,
        path: 'local',
        tier: 'ultimate',
        limits: {
          ingest_bytes_per_second: LOCAL_BYTES_PER_SECOND,
          ingest_burst_bytes: LOCAL_BURST_SECONDS * LOCAL_BYTES_PER_SECOND,
          ingest_items_per_second: LOCAL_ITEMS_PER_SECOND,
        },
        projects: [{ id: 1, path: 'local/default' }],
      },
    ],
    tokens: [
      { name: 'local-ingest', sha256: sha256(ingestToken), project: 1, scopes: ['write_observability'] },
      { name: 'local-read', sha256: sha256(readToken), project: 1, scopes: ['read_observability'] },
    ],
    users: [{ username, password_scrypt: await hashPassword(password), tenant: 1, role: 'owner' }],
  };
  return `# Who may send and read. Changes take effect within two seconds.\n${stringify(identity)}`;
}

function newSecret(prefix: string): string {
  return `${prefix}-${randomBytes(24).toString('base64url')}`;
}
