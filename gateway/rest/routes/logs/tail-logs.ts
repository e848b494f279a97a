import { z } from 'zod';
import type { TailLogsResponse } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import type { Grant } from '../../../auth/authorize.js';
import type { GatewayContext } from '../../../context.js';
import { toLogItem } from '../../format/log-item.js';
import { inParameterNames } from '../../http/parameter-names.js';
import type { Authorize, StreamRoute } from '../../http/route.js';
import { eventText, HEARTBEAT } from '../../http/send-events.js';
import { logFilterParams, toLogFilter } from '../../params/log-filter.js';
import { readParams } from '../../params/read-params.js';

const query = z.object(logFilterParams);

const EVENTS = `Server-sent events. \`log\`: a record as in a search, when it arrives, once. \`dropped\`: \`{"count": n}\`, so many
records arrived and are not shown, since they were too many or the client read too slowly. \`gap\`: records of the last
seconds may be missing, as the stream goes on from another server. \`error\`: a problem document; the stream ends.`;

/** Live tail. */
export const tailLogsRoute: StreamRoute = {
  suffix: '/logs/tail',
  documentedSuffix: '/logs/tail',
  docs: { summary: 'Log records as they arrive', query, events: EVENTS.replaceAll('\n', ' ') },
  prepare: ({ params }) => {
    const filter = toLogFilter(readParams(query, params));
    return (context, options) => follow(context, { filter, ...options });
  },
};

interface FollowOptions {
  readonly filter: ReturnType<typeof toLogFilter>;
  readonly grant: Grant;
  readonly authorize: Authorize;
}

/** Query ends a stream before its assertion does; the gatekeeper then decides whether it goes on. */
async function* follow(
  { logs }: GatewayContext,
  { filter, grant, authorize }: FollowOptions,
): AsyncGenerator<string, void> {
  let resumeToken = '';
  try {
    for (let isFirst = true, current = grant; ; isFirst = false, current = await authorize()) {
      // A stream has no deadline but its own.
      const stream = logs.tailLogs({ filter, resumeToken }, { ...current.call, timeoutMs: 0 });
      resumeToken = '';
      for await (const { event } of stream) {
        if (event.case === 'leaseEnded') resumeToken = event.value.resumeToken;
        else yield* toEvents(event, isFirst);
      }
      // Query ended without saying why: it is about to stop.
      if (resumeToken === '') return;
    }
  } catch (thrown) {
    throw inParameterNames(thrown);
  }
}

function toEvents(event: TailLogsResponse['event'], isFirst: boolean): string[] {
  switch (event.case) {
    case 'started':
      return isFirst || event.value.resumed ? [HEARTBEAT] : [eventText('gap', {})];
    case 'records':
      return event.value.logs.map((log) => eventText('log', toLogItem(log)));
    case 'dropped':
      return [eventText('dropped', { count: event.value.count })];
    case 'heartbeat':
      return [HEARTBEAT];
    default:
      return [];
  }
}
