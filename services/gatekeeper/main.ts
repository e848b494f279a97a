import { serviceMain } from '../../lib/lifecycle/service-main.js';
import { gatekeeperSettings } from './config.js';
import { startGatekeeper } from './service.js';

await serviceMain({ name: 'gatekeeper', settings: gatekeeperSettings, start: startGatekeeper });
