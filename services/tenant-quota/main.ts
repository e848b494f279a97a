import { serviceMain } from '../../lib/lifecycle/service-main.js';
import { tenantQuotaSettings } from './config.js';
import { startTenantQuota } from './service.js';

await serviceMain({ name: 'tenant-quota', settings: tenantQuotaSettings, start: startTenantQuota });
