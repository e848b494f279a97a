export interface GitlabUser {
  readonly id: number;
  readonly username: string;
  readonly state?: string;
}

export interface GitlabTokenRow {
  readonly secret: string;
  readonly id: number;
  readonly name: string;
  readonly userId: number;
  readonly scopes: readonly string[];
  readonly revoked?: boolean;
  readonly active?: boolean;
  readonly expiresAt?: string | null;
  /** An access token of OAuth, which comes as Bearer. */
  readonly isOauth?: boolean;
}

export interface GitlabProjectRow {
  readonly id: number;
  readonly path: string;
  /** Namespaces from the root to the one that holds the project; ids in the same order as the path's segments. */
  readonly namespaceIds: readonly number[];
  readonly isPublic?: boolean;
  /** Effective level by user, inherited ones included. */
  readonly members: Readonly<Record<number, { level: number; state?: string; expiresAt?: string | null }>>;
}

export interface GitlabData {
  users: GitlabUser[];
  tokens: GitlabTokenRow[];
  projects: GitlabProjectRow[];
}
