import { z } from 'zod';
import { TenantStatus } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';

const STATUSES = ['provisioning', 'ready', 'failed', 'deleting'] as const;

const NAMES: Readonly<Record<TenantStatus, (typeof STATUSES)[number]>> = {
  [TenantStatus.UNSPECIFIED]: 'provisioning',
  [TenantStatus.PROVISIONING]: 'provisioning',
  [TenantStatus.READY]: 'ready',
  [TenantStatus.FAILED]: 'failed',
  [TenantStatus.DELETING]: 'deleting',
  [TenantStatus.DELETED]: 'deleting',
};

export const tenantStatus = z.enum(STATUSES);
export const statusName = (status: TenantStatus): (typeof STATUSES)[number] => NAMES[status];

/** What GitLab asks for: any status at all means that the project is switched on. */
export const provisioningAnswer = z.object({
  status: tenantStatus,
  reason: z.string().optional().describe('Why, when it failed.'),
});
