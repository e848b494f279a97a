import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { readableProjects } from '../access/access.js';
import { type GatekeeperContext, identify } from '../context.js';

export function getSession(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['getSession'] {
  return async ({ credential, clientAddress }) => {
    const identity = await identify(context, credential);
    context.addresses.note(identity, clientAddress);
    const projects = await readableProjects(context.directory, identity);
    return { username: identity.name, projects: projects.map(({ id, path }) => ({ id, path })) };
  };
}
