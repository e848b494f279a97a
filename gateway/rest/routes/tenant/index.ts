import type { GatewayContext } from '../../../context.js';
import type { PlainRoute } from '../../http/route.js';
import { disableProjectRoute } from './disable-project.js';
import { enableProjectRoute } from './enable-project.js';
import { getProvisioningRoute } from './get-provisioning.js';

/** Switching projects on and off, as GitLab asks for it. */
export const tenantRoutes = (context: GatewayContext): readonly PlainRoute[] => [
  getProvisioningRoute(context),
  enableProjectRoute(context),
  disableProjectRoute(context),
];
