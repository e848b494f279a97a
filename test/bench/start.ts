// `npm run bench start`: time from the command to ready, and memory of the idle mesh, on an empty and on a used data directory.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mesh, startMesh } from '../_util/mesh.js';

const ROUNDS = 5;
/** After this long without work the processes have settled. */
const IDLE_MS = 10_000;

interface ProcessMemory {
  readonly name: string;
  /** Resident set, which counts shared pages in every process. */
  readonly rssMiB: number;
  /** Proportional set: shared pages divided among those who share them, so that the sum is what the mesh takes. */
  readonly pssMiB: number;
}

async function timedStart(dataDir: string): Promise<{ mesh: Mesh; ms: number }> {
  const startMs = performance.now();
  const mesh = await startMesh({ dataDir });
  return { mesh, ms: performance.now() - startMs };
}

/** The process and all below it. */
function family(pid: number): number[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined;
  }
}

function memoryOf(pid: number): ProcessMemory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mib = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
  const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)]).toString();
  const name = /(?:services|gateway)\/([\w-]+\/[\w-]+)\.js/.exec(command)?.[1] ?? command.slice(0, 40);
  return { name, rssMiB: Math.round(mib('Rss')), pssMiB: Math.round(mib('Pss')) };
}

const dataDir = mkdtempSync(join(tmpdir(), 'gob-bench-'));
const first = await timedStart(dataDir);
await first.mesh.stop();
const laterMs: number[] = [];
let memory: ProcessMemory[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const { mesh, ms } = await timedStart(dataDir);
  laterMs.push(ms);
  if (round === ROUNDS - 1) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    memory = family(mesh.pid).map(memoryOf);
  }
  await mesh.stop();
}
rmSync(dataDir, { recursive: true });

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const sum = (pick: (process: ProcessMemory) => number) =>
  memory.reduce((total, process) => total + pick(process), 0);
console.log(`first start (empty data directory, built): ${seconds(first.ms)}`);
console.log(`later starts: ${laterMs.map(seconds).join(', ')}`);
console.table(memory);
console.log(
  `idle mesh: ${sum(({ pssMiB }) => pssMiB)} MiB (sum of PSS), ${sum(({ rssMiB }) => rssMiB)} MiB (sum of RSS)`,
);
