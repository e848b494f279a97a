import type { FastifyRequest } from 'fastify';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { withAssertion } from '../../../../lib/rpc/client.js';
import { requireCredential } from '../../../auth/credential.js';
import type { GatewayContext } from '../../../context.js';
import { pathParam } from '../../http/route.js';
import { parseProjectId } from '../../params/path.js';

/** Options for a call to tenant-quota about the project that the path or the credential names. Rejects unless it may be read. */
export async function authorizeReader(context: GatewayContext, request: FastifyRequest, signal: AbortSignal) {
  const text = pathParam(request, 'project_id');
  const projectId = text === '' ? 0n : parseProjectId(text);
  const grant = await context.gatekeeper.authorize(
    { credential: requireCredential(request), projectId, action: Action.READ, audience: 'tenant-quota' },
    { signal },
  );
  return withAssertion(grant.assertion, signal);
}
