import { serviceMain } from '../../lib/lifecycle/service-main.js';
import { otlpReceiverSettings } from './config.js';
import { startOtlpReceiver } from './service.js';

await serviceMain({ name: 'otlp-receiver', settings: otlpReceiverSettings, start: startOtlpReceiver });
