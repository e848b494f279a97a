import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AppError, messageOf } from '../../errors/app-error.js';
import { DEFAULT_SERVICE, isServiceName } from '../cell-address.js';
import { clickhouseUrl } from '../clickhouse-settings.js';
import { isClusterName } from '../migration-template.js';

/** How one ClickHouse service is reached, and how tables are made on it. Holds a secret: never logged as a whole. */
export interface ClickHouseService {
  readonly name: string;
  /** Without user and password. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Authorities that vouch for the server, PEM; undefined for the system's. */
  readonly ca: string | undefined;
  /** For ON CLUSTER and Replicated engines; undefined for one server. */
  readonly cluster: string | undefined;
  /** Most requests of one process to it at a time; undefined for what CLICKHOUSE_MAX_CONNECTIONS says. */
  readonly maxConnections: number | undefined;
}

/** Each has a client of its own in every process, and values of labels. */
const MAX_SERVICES = 64;

const url = z.string().transform((value, context) => {
  try {
    const parsed = clickhouseUrl.parse(value);
    if (new URL(parsed).username === '' && new URL(parsed).password === '') return parsed;
    context.addIssue('must not hold a user or a password: write "user" and "password_file" beside it');
  } catch (error) {
    context.addIssue(messageOf(error));
  }
  return z.NEVER;
});

const service = z
  .strictObject({
    name: z
      .string()
      .refine(isServiceName, 'must be a letter and up to 39 more lower-case letters, digits and dashes')
      .refine(
        (name) => name !== DEFAULT_SERVICE,
        `must not be "${DEFAULT_SERVICE}", the service of CLICKHOUSE_URL`,
      ),
    url,
    user: z.string().min(1).default('default'),
    password: z.string().optional(),
    password_file: z.string().min(1).optional(),
    ca_file: z.string().min(1).optional(),
    cluster: z
      .string()
      .refine(isClusterName, 'must consist of letters, digits, "_", "-" and ".", or be a macro')
      .optional(),
    max_connections: z.int().min(1).max(1000).optional(),
  })
  .refine(
    ({ password, password_file: file }) => password === undefined || file === undefined,
    'needs at most one of password and password_file',
  )
  .refine(
    ({ ca_file: ca, url: address }) => ca === undefined || address.startsWith('https:'),
    'has a ca_file, but its url is not https://',
  );

const servicesFile = z.strictObject({ services: z.array(service).max(MAX_SERVICES) });
type ServiceEntry = z.infer<typeof service>;

/**
 * Reads the file of ClickHouse services and the files that it names; relative paths start at its own directory. Throws one
 * `invalid_argument` that lists everything that is wrong, without any secret.
 */
export async function readServicesFile(path: string): Promise<readonly ClickHouseService[]> {
  const parsed = servicesFile.safeParse(await readYaml(path));
  if (!parsed.success)
    throw notValid(
      path,
      parsed.error.issues.map(({ path: field, message }) => `${field.join('.') || 'the file'}: ${message}`),
    );
  const { services } = parsed.data;
  const twice = services.filter(
    ({ name }, index) => services.findIndex((other) => other.name === name) < index,
  );
  const problems = twice.map(({ name }) => `services: name ${name} occurs more than once`);
  const found = await Promise.all(services.map((entry) => withFiles(entry, dirname(path), problems)));
  if (problems.length > 0) throw notValid(path, problems);
  return found;
}

async function readYaml(path: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8');
    // An editor that is about to write leaves a file empty for a moment.
    if (text.trim() === '') throw new Error('it is empty; write "services: []" if none is meant');
    return parseYaml(text);
  } catch (error) {
    // The parser quotes what it stumbles over below its first line, and that may be a password.
    const reason = messageOf(error).split('\n')[0];
    throw new AppError('invalid_argument', `CLICKHOUSE_SERVICES_FILE: ${path} cannot be read: ${reason}`);
  }
}

async function withFiles(
  entry: ServiceEntry,
  directory: string,
  problems: string[],
): Promise<ClickHouseService> {
  const { name, user, cluster, password_file: passwordFile, ca_file: caFile } = entry;
  const content = async (field: string, file: string | undefined) => {
    if (file === undefined) return undefined;
    try {
      return await readFile(resolve(directory, file), 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      problems.push(`services: ${field} of ${name} cannot be read (${code}): ${file}`);
      return undefined;
    }
  };
  const ca = await content('ca_file', caFile);
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----'))
    problems.push(`services: ca_file of ${name} holds no PEM certificate: ${caFile}`);
  // Whoever writes a secret with an editor ends it with a line feed.
  const password = (await content('password_file', passwordFile))?.replace(/\r?\n$/, '');
  return {
    ...{ name, url: entry.url, user, ca, cluster },
    password: password ?? entry.password ?? '',
    maxConnections: entry.max_connections,
  };
}

function notValid(path: string, problems: readonly string[]): AppError {
  const list = problems.map((line) => `  - ${line}`).join('\n');
  return new AppError('invalid_argument', `CLICKHOUSE_SERVICES_FILE: ${path} is not valid:\n${list}`);
}
