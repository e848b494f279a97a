import type { CallOptions } from '@connectrpc/connect';
import { Action } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { withAssertion } from '../../lib/rpc/client.js';
import type { GatewayContext } from '../context.js';
import type { Credential } from './credential.js';

export interface ReadRequest {
  readonly credential: Credential;
  readonly clientAddress: string;
  /** 0: the credential's own project. */
  readonly projectId: bigint;
  /** Ends when the client goes away. */
  readonly signal: AbortSignal;
}

/** A reader as the gatekeeper sees it. */
export interface Grant {
  readonly projectId: bigint;
  /** Options for calls of query, with the assertion and the client's signal. */
  readonly call: CallOptions;
}

/** Asks the gatekeeper on every request: what it takes back is gone at once. It is the one that caches. */
export async function authorizeRead({ gatekeeper }: GatewayContext, request: ReadRequest): Promise<Grant> {
  const { credential, clientAddress, projectId, signal } = request;
  const answer = await gatekeeper.authorize(
    { credential, action: Action.READ, projectId, audience: 'query', clientAddress },
    { signal },
  );
  return { projectId: answer.projectId, call: withAssertion(answer.assertion, signal) };
}
