import { readdirSync, readFileSync } from 'node:fs';
import type { Mesh } from '../_util/mesh.js';

export type MeshProcess = 'engine-main' | 'receiver-worker' | 'all-in-one/main';

interface Process {
  readonly pid: number;
  readonly name: MeshProcess;
  readonly cpuSeconds: number;
}

/** The mesh's processes as the kernel sees them now. */
export function processesOf(mesh: Mesh): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(mesh, Number(pid)) ?? []);
}

function processOf(mesh: Mesh, pid: number): Process | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    if (pid !== mesh.pid && Number(fields[1]) !== mesh.pid) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const name = /(engine-main|receiver-worker|all-in-one\/main)/.exec(command)?.[1] as
      | MeshProcess
      | undefined;
    // Processor time is counted in hundredths of a second.
    return name && { pid, name, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    // Gone between the listing and the reading.
    return undefined;
  }
}

export function cpuSecondsOf(mesh: Mesh, name: MeshProcess): number {
  return processesOf(mesh)
    .filter((process) => process.name === name)
    .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
}

/** Resident memory of all processes of this name. */
export function residentBytesOf(mesh: Mesh, name: MeshProcess): number {
  return processesOf(mesh)
    .filter((process) => process.name === name)
    .reduce((sum, { pid }) => sum + residentBytes(pid), 0);
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Items of a signal with this outcome, from the ingest ledger of the receivers. */
export async function ledgerItems(mesh: Mesh, signal: string, outcome: string): Promise<number> {
  const metrics = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('gob_receiver_items_total{'))
    .filter((line) => line.includes(`signal="${signal}"`) && line.includes(`outcome="${outcome}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
