import type { CallOptions } from '@connectrpc/connect';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Action } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { withAssertion } from '../../lib/rpc/client.js';
import type { GatewayContext } from '../context.js';
import { clientGone } from '../rest/http/client-gone.js';
import { projectInPath } from '../rest/params/path.js';
import { requireCredential } from './credential.js';

const AUDIENCE = 'tenant-quota';

/** Options for calls of tenant-quota on behalf of an administrator of the instance. */
export async function authorizeAdmin(
  { adminAccess }: GatewayContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CallOptions> {
  const credential = requireCredential(request);
  const signal = clientGone(reply);
  const { assertion } = await adminAccess.authorizeAdmin({ credential, audience: AUDIENCE }, { signal });
  return withAssertion(assertion, signal);
}

/** Somebody who may do a thing in a project, as far as tenant-quota is concerned. */
export interface ProjectGrant {
  readonly projectPath: string;
  readonly tenantPath: string;
  /** Options for calls of tenant-quota. */
  readonly call: CallOptions;
}

export interface ProjectQuestion {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Default: to administer the project. */
  readonly action?: Action;
}

/** Asks about the project of the request's path, also when it is switched off. */
export async function authorizeProject(
  { gatekeeper }: GatewayContext,
  { request, reply, action = Action.ADMIN }: ProjectQuestion,
): Promise<ProjectGrant> {
  const credential = requireCredential(request);
  const signal = clientGone(reply);
  const { projectId, check } = projectInPath(request.params as Readonly<Record<string, string>>);
  const question = { credential, action, projectId, audience: AUDIENCE };
  const { assertion, projectPath, tenantPath } = await gatekeeper.authorize(question, { signal });
  check();
  return { projectPath, tenantPath, call: withAssertion(assertion, signal) };
}
