import { serviceMain } from '../../lib/lifecycle/service-main.js';
import { querySettings } from './config.js';
import { startQueryService } from './service.js';

await serviceMain({ name: 'query', settings: querySettings, start: startQueryService });
