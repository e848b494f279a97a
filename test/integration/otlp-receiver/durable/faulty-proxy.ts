import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { listen } from '../../../../lib/lifecycle/listen.js';
import { ANY_PORT } from '../../../_util/service-context.js';

type Fault = 'none' | 'cut answer' | 'refuse';

/**
 * Stands between receiver and ClickHouse; inserts into one table can be cut off after they were done, or refused. Counts and
 * remembers those inserts only.
 */
export async function startFaultyProxy(
  target: string,
  faultOf: (insert: number) => Fault | Promise<Fault>,
  table = 'spans',
) {
  const tokens: (string | null)[] = [];
  const server: Server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', target);
    const isOfTable = url.searchParams.get('query')?.includes(`.\`${table}\``);
    const token = url.searchParams.get('insert_deduplication_token');
    const fault = token === null || !isOfTable ? 'none' : await faultOf(tokens.push(token));
    if (fault === 'refuse') {
      incoming.resume().once('end', () => {
        outgoing.writeHead(500, { 'x-clickhouse-exception-code': '53' });
        outgoing.end('Code: 53. DB::Exception: Type mismatch. (TYPE_MISMATCH) (version 26.7)');
      });
      return;
    }
    const forwarded = httpRequest(
      url,
      { method: incoming.method ?? 'POST', headers: incoming.headers },
      (answer: IncomingMessage) => {
        if (fault === 'cut answer') {
          answer.resume().once('end', () => outgoing.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const url = await listen(server, ANY_PORT, 'test proxy');
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, tokens, close };
}
