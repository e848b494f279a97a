import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ClickHouseException } from '../clickhouse-exception.js';
import type { Engine } from '../engine/engine.js';
import { type Answer, summaryOf } from './answer.js';
import { type ExecuteContext, execute } from './execute.js';
import { contentTypeOf } from './formats.js';
import { parseQueryRequest, type QueryRequest } from './query-request.js';
import { sendResult } from './respond.js';
import { findStatement } from './statement-source.js';

/** Pause between two attempts to cancel: a statement can only be cancelled once the engine has registered it. */
const KILL_RETRY_MS = 50;

/** Answers requests that carry a statement. */
export class QueryHandler {
  private readonly running = new Set<string>();

  constructor(
    private readonly context: ExecuteContext,
    private readonly logger: Logger,
  ) {}

  async handle(incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const startedMs = performance.now();
    const request = parseQueryRequest(incoming, url);
    response.setHeader('X-ClickHouse-Query-Id', request.queryId);
    const gone = goneSignal(response);
    this.begin(request.queryId);
    try {
      const answer = await this.answer(incoming, request, gone);
      this.setHeaders(response, request, answer, performance.now() - startedMs);
      await sendResult({ incoming, response }, request, answer.result).finally(() => closeFile(answer));
    } finally {
      this.running.delete(request.queryId);
      this.logger.debug(
        { queryId: request.queryId, elapsedMs: Math.round(performance.now() - startedMs) },
        'query done',
      );
    }
  }

  private begin(queryId: string): void {
    if (this.running.has(queryId)) {
      const message = `Query with id = ${queryId} is already running`;
      throw new ClickHouseException(216, 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING', message);
    }
    this.running.add(queryId);
  }

  private async answer(incoming: IncomingMessage, request: QueryRequest, gone: AbortSignal): Promise<Answer> {
    const question = await findStatement(incoming, request);
    const running = execute(this.context, incoming, question, gone);
    // Nobody reads the rest of a SELECT, whereas what writes is left to finish: its fate must not hang on a socket.
    if (question.statement.kind === 'read')
      cancelWhenGone(this.context.engine, request.queryId, running, gone);
    return running;
  }

  private setHeaders(
    response: ServerResponse,
    request: QueryRequest,
    answer: Answer,
    elapsedMs: number,
  ): void {
    response.setHeader('Content-Type', contentTypeOf(answer.format));
    response.setHeader('X-ClickHouse-Format', answer.format);
    response.setHeader(
      'X-ClickHouse-Timezone',
      request.settings.get('session_timezone') ?? this.context.engine.timezone,
    );
    response.setHeader('X-ClickHouse-Summary', summaryOf(answer, elapsedMs));
  }
}

/** Fires when the connection closes before the response is complete. */
function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('the client went away'));
  });
  return controller.signal;
}

function cancelWhenGone(engine: Engine, queryId: string, running: Promise<unknown>, gone: AbortSignal): void {
  let isDone = false;
  running
    .catch(() => undefined)
    .finally(() => {
      isDone = true;
    });
  const cancel = async (): Promise<void> => {
    while (!isDone) {
      await engine.kill(queryId).catch(() => undefined);
      await delay(KILL_RETRY_MS);
    }
  };
  gone.addEventListener('abort', () => void cancel(), { once: true });
  if (gone.aborted) void cancel();
}

async function closeFile({ result }: Answer): Promise<void> {
  if (result.kind === 'file') await result.file.close().catch(() => undefined);
}
