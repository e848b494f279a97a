import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors/app-error.js';
import type { GatewayConfig } from '../config.js';

/** Paths under which only programs ask; a page there would hide a mistyped address. */
const API_PATH = /^\/(v1|v3|query|observability)(\/|$)/;
/** The bundler puts a hash of the content into the names of these files. */
const HASHED_PATH = /^assets\//;
const ONE_YEAR_SECONDS = 31_536_000;
const PAGE = 'index.html';

const MISSING_PAGE = `<!doctype html>
<meta charset="utf-8">
<title>UI not built</title>
<h1>The UI is not built</h1>
<p>This gateway runs without its pages. Build them with <code>npm run build</code>, then reload. The REST interface works: see <a href="/openapi.json">/openapi.json</a>.</p>
`;

/** Serves the built UI. Every other address that a browser opens is a page of the UI; what is left is 404. */
export async function registerUi(app: FastifyInstance, config: GatewayConfig): Promise<void> {
  const root = config.gatewayUiDir ?? defaultUiDir();
  await app.register(fastifyStatic, {
    root,
    serve: false,
    cacheControl: false,
  });
  let files = listFiles(root);
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.params as { '*'?: string })['*'] ?? '';
    // A build that was made since has other names.
    if (!files.has(PAGE) || (path.startsWith('assets/') && !files.has(path))) files = listFiles(root);
    if (files.has(path)) return sendCached(reply, path);
    refuseUnlessPage(request);
    if (files.has(PAGE)) return sendCached(reply, PAGE);
    return reply.code(503).header('retry-after', 5).type('text/html; charset=utf-8').send(MISSING_PAGE);
  };
  app.get('/*', answer);
  app.setNotFoundHandler((request) => refuse(request));
}

const HASHED_CACHING = `public, max-age=${ONE_YEAR_SECONDS}, immutable`;

/** Only what is listed here is ever sent, so no spelling of a path leads out of the directory. Hidden files are left out. */
function listFiles(root: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return new Set(paths.filter((path) => !/(^|\/)\./.test(path)));
  } catch {
    return new Set();
  }
}

function refuseUnlessPage(request: FastifyRequest): void {
  const wantsHtml = /\btext\/html\b/.test(request.headers.accept ?? '');
  if (!wantsHtml || API_PATH.test(request.url.split('?')[0] ?? '')) refuse(request);
}

function refuse(request: FastifyRequest): never {
  throw new AppError('not_found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
}

/** Next to the compiled gateway in dist/, or in the checkout's dist/ when it runs from source. */
function defaultUiDir(): string {
  const gateway = join(import.meta.dirname, '..');
  const isBuilt = gateway.endsWith(join('dist', 'gateway'));
  return isBuilt ? join(gateway, 'ui') : join(gateway, '..', 'dist', 'gateway', 'ui');
}

/** A hashed name never changes its content; everything else is asked for again. */
function sendCached(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', HASHED_PATH.test(path) ? HASHED_CACHING : 'no-cache').sendFile(path);
}
