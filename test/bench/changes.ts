// `npm run bench changes`: how soon a limit that is changed over REST holds for an export, over real processes: gateway, tenant-quota and
// gatekeeper in one, the receiver in another, and ClickHouse in a third.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMesh } from '../_util/mesh.js';
import { tracesPayload } from './_payload.js';

const ROUNDS = 21;
const POLL_MS = 5;

const dataDir = mkdtempSync(join(tmpdir(), 'gob-bench-'));
const mesh = await startMesh({ dataDir });
const { adminToken, ingestToken } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8'));

async function setTier(limits: object): Promise<void> {
  for (const tier of ['free', 'premium', 'ultimate']) {
    const answer = await fetch(`${new URL(mesh.uiUrl).origin}/v3/admin/tiers/${tier}`, {
      method: 'PUT',
      headers: {
        'PRIVATE-TOKEN': adminToken,
        'content-type': 'application/json',
        'X-Requested-With': 'XMLHttpRequest',
      },
      body: JSON.stringify({ limits }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
}

async function isAccepted(): Promise<boolean> {
  const answer = await fetch(`${mesh.otlpHttpUrl}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/x-protobuf' },
    body: tracesPayload(20, BigInt(Date.now()) * 1_000_000n),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

async function measure(what: string, small: object, large: object): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const isSmall = round % 2 === 0;
    await setTier(isSmall ? small : large);
    const changedAtMs = performance.now();
    while ((await isAccepted()) === isSmall) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    times.push(performance.now() - changedAtMs);
  }
  const sorted = times.sort((a, b) => a - b).map(Math.round);
  const figures = {
    median: sorted[Math.floor(ROUNDS / 2)],
    p90: sorted[Math.floor(ROUNDS * 0.9)],
    max: sorted.at(-1),
  };
  console.log(`${what}: ${JSON.stringify(figures)} ms over ${ROUNDS} changes`);
}

await isAccepted();
await measure('size of a request', { max_request_bytes: 1_024 }, { max_request_bytes: 16_000_000 });
// The local tenant has common rates of its own, which a tier's would not change; rates of single signals are the tier's.
await measure(
  'spans a second',
  { traces_ingest_items_per_second: 2 },
  { traces_ingest_items_per_second: 1_000_000 },
);
await mesh.stop();
rmSync(dataDir, { recursive: true });
