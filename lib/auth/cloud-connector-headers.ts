import type { HeaderLookup } from './presented-token.js';

/** What a request from GitLab presents: the Cloud Connector token and the headers that it must agree with. */
export interface CloudConnectorHeaders {
  readonly token: string;
  readonly instanceId: string;
  readonly realm: string;
  readonly namespaceId: string;
  readonly projectId: string;
}

/** Paths that GitLab itself calls, on behalf of its users; in the absolute form as well. */
const GITLAB_PATH = /^(?:https?:\/\/[^/?#]*)?\/observability\/v1\//i;
const BEARER_JWT = /^bearer +(eyJ[\w-]*\.[\w-]+\.[\w-]*) *$/i;
/** Ids and realms are far shorter. */
const MAX_CHARACTERS = 100;

/**
 * What GitLab presents on its own paths; undefined on others, and for requests without a JSON Web Token as Bearer. Goes before
 * every other credential of the request: GitLab may pass on what its client sent.
 */
export function cloudConnectorHeaders(url: string, header: HeaderLookup): CloudConnectorHeaders | undefined {
  if (!GITLAB_PATH.test(url)) return undefined;
  const [, token] = BEARER_JWT.exec(header('authorization')?.trim() ?? '') ?? [];
  if (token === undefined) return undefined;
  const read = (name: string) => (header(name) ?? '').trim().slice(0, MAX_CHARACTERS);
  return {
    token,
    instanceId: read('x-gitlab-instance-id'),
    realm: read('x-gitlab-realm'),
    namespaceId: read('x-gitlab-namespace-id'),
    projectId: read('x-gitlab-project-id'),
  };
}
