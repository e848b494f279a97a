// `npm run bench admission`: what it costs to ask who may send and read. Authorize and Admit of a running mesh over loopback, with
// everything known already, and the receiver's own part: letting in a request out of a lease.
import { Action, GatekeeperService, Signal } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { createRpcClient } from '../../lib/rpc/client.js';
import { createLogger } from '../../lib/telemetry/logger.js';
import { openAdmissionLink } from '../../services/otlp-receiver/admission/admission-link.js';
import { GatekeeperAdmissions } from '../../services/otlp-receiver/admission/gatekeeper-admissions.js';
import { freePort } from '../_util/free-port.js';
import { type Mesh, startMesh } from '../_util/mesh.js';

const SECONDS = Number(process.argv[2] ?? 5);
const SPANS = 512;
/** The receiver's processor time per span on the whole path, from docs/benchmarks.md. */
const RECEIVER_US_PER_SPAN = 11.5;
/** A request that does not come near any limit: what is measured is the way there. */
const WIRE_BYTES = 1;

interface Rate {
  readonly 'calls/s': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
}

/** As many callers at once as given, each with its next call as soon as it has its answer. */
async function measure(concurrency: number, call: () => Promise<unknown>): Promise<Rate> {
  const latenciesMs: number[] = [];
  const endMs = performance.now() + SECONDS * 1000;
  const caller = async () => {
    while (performance.now() < endMs) {
      const startMs = performance.now();
      await call();
      latenciesMs.push(performance.now() - startMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => Number((latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0).toFixed(2));
  return { 'calls/s': Math.round(latenciesMs.length / SECONDS), 'p50 ms': at(0.5), 'p99 ms': at(0.99) };
}

/** Microseconds of processor time that one request out of a lease takes, questions ahead included. */
async function localCost(gatekeeperUrl: string, mesh: Mesh): Promise<{ us: number; requests: number }> {
  const logger = createLogger({ name: 'bench', level: 'error', format: 'text' });
  const admissions = new GatekeeperAdmissions(openAdmissionLink(gatekeeperUrl), logger);
  const question = {
    token: mesh.ingestToken,
    pathTenantId: 0,
    pathProjectId: 0n,
    signal: 'traces',
    wireBytes: WIRE_BYTES,
    clientAddress: '127.0.0.1',
  } as const;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const run = async (ms: number) => {
    let requests = 0;
    for (const endMs = performance.now() + ms; performance.now() < endMs; requests++) {
      const admission = await admissions.admit(question);
      admissions.settle(admission, 'traces', 0);
      if (requests % 64 === 63) await turn();
    }
    return requests;
  };
  await run(1_000);
  const before = process.cpuUsage();
  const requests = await run(SECONDS * 1000);
  const { user, system } = process.cpuUsage(before);
  await admissions.close();
  return { us: (user + system) / requests, requests };
}

const gatekeeperAddress = `127.0.0.1:${await freePort()}`;
const mesh = await startMesh({ env: { GATEKEEPER_ADDRESS: gatekeeperAddress } });
const gatekeeperUrl = `http://${gatekeeperAddress}`;
const client = createRpcClient(GatekeeperService, { url: gatekeeperUrl, timeoutMs: 10_000 });
const credential = (value: string) => ({ form: { case: 'token', value } }) as const;
const authorize = () =>
  client.calls.authorize({ credential: credential(mesh.readToken), action: Action.READ, audience: 'query' });
const admit = () =>
  client.calls.admit({ credential: credential(mesh.ingestToken), signal: Signal.TRACES, wireBytes: 1n });
await measure(8, authorize);
const table = {
  'Authorize, one at a time': await measure(1, authorize),
  'Authorize, 32 at once': await measure(32, authorize),
  'Admit, one at a time': await measure(1, admit),
  'Admit, 32 at once': await measure(32, admit),
};
const local = await localCost(gatekeeperUrl, mesh);
client.close();
await mesh.stop();

const share = (100 * local.us) / (SPANS * RECEIVER_US_PER_SPAN);
console.table(table);
console.log(
  `out of a lease: ${local.us.toFixed(1)} us of processor time per request (${local.requests} requests)`,
);
console.log(`share of a ${SPANS}-span request at ${RECEIVER_US_PER_SPAN} us a span: ${share.toFixed(2)} %`);
console.log(JSON.stringify({ bench: 'admission', table, localUs: local.us, sharePercent: share }));
