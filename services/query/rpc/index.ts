import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { QueryContext } from '../context.js';
import { getServiceGraph } from './get-service-graph.js';
import { getTrace } from './get-trace.js';
import { getTraceAnalytics } from './get-trace-analytics.js';
import { listAttributeKeys } from './list-attribute-keys.js';
import { listAttributeValues } from './list-attribute-values.js';
import { listOperations } from './list-operations.js';
import { listServices } from './list-services.js';
import { listTraces } from './list-traces.js';

/** Every call of the contract. */
export function queryCalls(context: QueryContext): ServiceImpl<typeof QueryService> {
  return {
    listTraces: listTraces(context),
    getTrace: getTrace(context),
    getTraceAnalytics: getTraceAnalytics(context),
    getServiceGraph: getServiceGraph(context),
    listAttributeKeys: listAttributeKeys(context),
    listAttributeValues: listAttributeValues(context),
    listServices: listServices(context),
    listOperations: listOperations(context),
  };
}
