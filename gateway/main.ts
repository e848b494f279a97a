import { serviceMain } from '../lib/lifecycle/service-main.js';
import { gatewaySettings } from './config.js';
import { startGateway } from './service.js';

await serviceMain({ name: 'gateway', settings: gatewaySettings, start: startGateway });
