import type { QueryRoute, StreamRoute } from '../../http/route.js';
import { logAttributeValuesRoute } from './log-attribute-values.js';
import { logAttributesRoute } from './log-attributes.js';
import { logContextRoute } from './log-context.js';
import { searchLogsRoute } from './search-logs.js';
import { searchMetadataRoute } from './search-metadata.js';
import { tailLogsRoute } from './tail-logs.js';
import { traceLogsRoute } from './trace-logs.js';

/** Every route about logs. */
export const LOG_ROUTES: readonly QueryRoute[] = [
  searchLogsRoute,
  searchMetadataRoute,
  logContextRoute,
  traceLogsRoute,
  logAttributesRoute,
  logAttributeValuesRoute,
];
export const LOG_STREAM_ROUTES: readonly StreamRoute[] = [tailLogsRoute];
