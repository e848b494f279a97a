/** One generation of paths for the same questions (GitLab 16.2, 16.3 to 17.2, 17.3 on). */
export interface QueryBase {
  /** As Fastify writes it. */
  readonly path: string;
  /** As OpenAPI writes it. */
  readonly documented: string;
  readonly pathParams: readonly string[];
}

/** Without a project in the path, the credential's own project is meant. */
export const QUERY_BASES: readonly QueryBase[] = [
  { path: '/v3/query/:project_id', documented: '/v3/query/{project_id}', pathParams: ['project_id'] },
  {
    path: '/query/:group_id/:project_id/v1',
    documented: '/query/{group_id}/{project_id}/v1',
    pathParams: ['group_id', 'project_id'],
  },
  { path: '/observability/v1', documented: '/observability/v1', pathParams: [] },
];
