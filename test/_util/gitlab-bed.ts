import { pino } from 'pino';
import { expect } from 'vitest';
import { Action } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { loadConfig } from '../../lib/config/load.js';
import { MemoryKv } from '../../lib/kv/memory-kv.js';
import { Counter, Registry } from '../../lib/telemetry/metrics.js';
import { FactCache } from '../../services/gatekeeper/facts/fact-cache.js';
import { GitlabApi } from '../../services/gatekeeper/identity/gitlab/gitlab-api.js';
import { GitlabHttp } from '../../services/gatekeeper/identity/gitlab/gitlab-http.js';
import { GitlabIdentities } from '../../services/gatekeeper/identity/gitlab/gitlab-identities.js';
import { GitlabPauses } from '../../services/gatekeeper/identity/gitlab/gitlab-pauses.js';
import { gitlabSettings } from '../../services/gatekeeper/identity/gitlab/gitlab-settings.js';
import type { Identity } from '../../services/gatekeeper/identity/identity.js';
import type { GitlabTokenRow } from './gitlab-data.js';
import { type GitlabDouble, startGitlabDouble } from './gitlab-double.js';

export const TOKEN = 'glpat-of-a-developer-0001';

/** The developer's token, with what differs. */
export const tokenRow = (fields: Partial<GitlabTokenRow> = {}): GitlabTokenRow => ({
  secret: TOKEN,
  id: 501,
  name: 'ci',
  userId: 41,
  scopes: ['read_api', 'read_observability'],
  expiresAt: '2999-01-01',
  ...fields,
});

export interface GitlabBed {
  readonly double: GitlabDouble;
  /** The store that replicas share. */
  kv: MemoryKv;
  /** Between the real time and the bed's, so that facts can age. */
  aheadMs: number;
  /** A gatekeeper's knowledge of GitLab, as each process has its own. */
  open(env?: Readonly<Record<string, string>>): GitlabIdentities;
  close(): Promise<void>;
}

/** A double of GitLab with a few users and projects, and what the gatekeeper has to ask it. */
export async function startGitlabBed(): Promise<GitlabBed> {
  const nowMs = () => Date.now() + bed.aheadMs;
  const double = await startGitlabDouble({
    users: [
      { id: 41, username: 'dev' },
      { id: 42, username: 'bot', state: 'active' },
      { id: 43, username: 'old', state: 'blocked' },
      { id: 44, username: 'idle', state: 'deactivated' },
    ],
    tokens: [tokenRow()],
    projects: [
      {
        id: 7,
        path: 'acme/platform/shop',
        namespaceIds: [22, 23],
        members: { 41: { level: 30 }, 42: { level: 20 } },
      },
      { id: 8, path: 'acme/pub', namespaceIds: [22], isPublic: true, members: { 42: { level: 40 } } },
    ],
  });
  const bed: GitlabBed = {
    double,
    kv: new MemoryKv(nowMs),
    aheadMs: 0,
    open: (env = {}) => openIdentities({ url: double.url, kv: bed.kv, nowMs, env }),
    close: async () => {
      await double.close();
      await bed.kv.close();
      expect(double.violations).toEqual([]);
    },
  };
  return bed;
}

interface Opening {
  readonly url: string;
  readonly kv: MemoryKv;
  readonly nowMs: () => number;
  readonly env: Readonly<Record<string, string>>;
}

function openIdentities({ url, kv, nowMs, env }: Opening): GitlabIdentities {
  const config = loadConfig(gitlabSettings, { argv: [], env: { GITLAB_URL: url, ...env } });
  const pauses = new GitlabPauses({ kv, nowMs });
  const http = new GitlabHttp({ url, pauses, calls: counter('call', 'outcome'), timeoutMs: 1_000 });
  const logger = pino({ level: 'silent' });
  const { gitlabStaleForMs: staleForMs } = config;
  const cache = new FactCache({ kv, staleForMs, logger, answers: counter('kind', 'source'), nowMs });
  return new GitlabIdentities({ api: new GitlabApi(http, nowMs), cache, config, nowMs });
}

const counter = <L extends string>(...labelNames: L[]) =>
  new Counter({ name: 'c', help: 'x', labelNames, registers: [new Registry()] });

export function membershipOf(identity: Identity | undefined) {
  if (!identity || !('membership' in identity.coverage)) return expect.unreachable();
  return identity.coverage.membership;
}

/** What the developer's token opens. */
export const findProject = async (identities: GitlabIdentities, projectId: bigint, action = Action.READ) =>
  membershipOf(await identities.findByToken(TOKEN)).find(projectId, action);
