import { AppError } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { AuditLog } from '../registry/stored/audit-log.js';
import type { RegistryWriter } from '../registry/stored/registry-writer.js';
import { type CellRecord, stateOf, type TenantRecord } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { awaitOthers } from './copying/await-others.js';
import type { CopyTask } from './copying/copy-task.js';
import { Ferry } from './copying/ferry.js';
import { RowCopier } from './copying/row-copier.js';
import { StagedSums } from './copying/staged-sums.js';
import { type ClusterOf, Staging } from './copying/staging.js';
import { Leaving } from './leaving.js';
import { type MoveRecord, type MoveStep, REVOCABLE, routeOf } from './move-record.js';
import { MoveState } from './move-state.js';
import type { Moves } from './moves.js';
import type { MovesTable } from './moves-table.js';
import type { Receivers } from './receivers.js';

export interface MoverOptions {
  readonly store: Store;
  readonly clusterOf: ClusterOf;
  readonly registry: TenantRegistry;
  readonly writer: RegistryWriter;
  readonly table: MovesTable;
  readonly moves: Pick<Moves, 'exclusively'>;
  readonly receivers: Receivers;
  readonly audit: AuditLog;
  /** Makes a written placement visible. */
  readonly refresh: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  /** How long the old rows stay after the switch, for queries that began before it. */
  readonly graceMs: number;
}

/** Ends a step so that the way back begins. */
class AbortAsked extends Error {}

/** What one step works on. */
interface Work extends CopyTask {
  readonly lease: Lease;
}

/** A round that copies less than this leaves little for the time in which new rows are not seen yet. */
const SMALL_ROUND_ROWS = 50_000;
/** Sources that get faster than they are copied: then the rest is copied when they have turned to the new cell. */
const MAX_ROUNDS = 10;
const WAIT_MS = 250;

/**
 * Takes a move from step to step. Each step can be repeated from its beginning, by whichever process: it looks at what is in
 * both cells. The record of a step is written before the step is begun.
 */
export class Mover {
  readonly #options: MoverOptions;
  readonly #staging: Staging;
  readonly #ferry: Ferry;
  readonly #copier: RowCopier;
  readonly #sums: StagedSums;
  readonly #leaving: Leaving;
  readonly #state: MoveState;

  constructor(options: MoverOptions, move: MoveRecord) {
    this.#options = options;
    this.#state = new MoveState(options, move);
    const { store, audit } = options;
    const staging = new Staging(store, options.clusterOf);
    const ferry = new Ferry(store, staging);
    const copier = new RowCopier(store, ferry);
    const sums = new StagedSums(store, staging, ferry);
    this.#staging = staging;
    this.#ferry = ferry;
    this.#copier = copier;
    this.#sums = sums;
    this.#leaving = new Leaving({ store, audit, copier, sums, staging });
  }

  get move(): MoveRecord {
    return this.#state.move;
  }

  /** Does the step at hand and goes to the next one. What it throws may pass: it is to be called again. */
  async step(lease: Lease, signal: AbortSignal): Promise<void> {
    const { step } = this.move;
    try {
      await this.#do(step, this.#work(lease, signal));
    } catch (error) {
      signal.throwIfAborted();
      this.#ferry.forget();
      if (error instanceof AbortAsked) return this.#state.go('aborting', this.#work(lease, signal));
      await this.#state.failed(error, { lease, signal });
      throw error;
    }
  }

  async #do(step: MoveStep, work: Work): Promise<void> {
    const { signal } = work;
    if (step === 'switched') return this.#waitOut(work);
    await awaitOthers(this.#options.store, work);
    await this.#steps[step]?.(work);
    signal.throwIfAborted();
  }

  readonly #steps: Readonly<Partial<Record<MoveStep, (work: Work) => Promise<void>>>> = {
    copying: (work) => this.#copy(work),
    routing: (work) => this.#route(work),
    finishing: (work) => this.#finish(work),
    attaching: (work) => this.#attach(work),
    settling: (work) => this.#settle(work, 'cleaning'),
    cleaning: (work) => this.#leave(work, 'settling', 'done'),
    aborting: (work) => this.#abort(work),
    returning: (work) => this.#settle(reversed(work), 'clearing'),
    clearing: (work) => this.#leave(reversed(work), 'returning', 'aborted'),
  };

  async #copy(work: Work): Promise<void> {
    await this.#requireWanted(work.signal);
    let copied = Number.POSITIVE_INFINITY;
    for (let round = 0; round < MAX_ROUNDS && copied > SMALL_ROUND_ROWS; round++)
      copied = await this.#copier.copy(work);
    await this.#state.go('routing', work);
  }

  async #route(work: Work): Promise<void> {
    await this.#awaitDrained(work);
    await this.#state.go('finishing', work);
  }

  async #finish(work: Work): Promise<void> {
    await this.#awaitDrained(work);
    // Until a look over everything finds nothing: that is the proof that the new cell has every row.
    while ((await this.#copier.copy(work)) > 0) await work.verify();
    await this.#copier.mendDerived(work);
    await this.#sums.fill(work);
    if ((await this.#copier.copy(work)) > 0)
      throw new AppError('unavailable', 'Rows came to the old cell after it was compared.');
    await this.#options.moves.exclusively(work.signal, async () => {
      await this.#requireWanted(work.signal);
      await this.#state.go('attaching', work);
    });
  }

  async #attach(work: Work): Promise<void> {
    await this.#sums.give(work);
    await this.#place(work);
    await this.#state.go('switched', work);
  }

  async #waitOut(work: Work): Promise<void> {
    if (Date.now() < this.move.stepAtMs + this.#options.graceMs) return;
    await this.#state.go('settling', work);
  }

  async #settle(work: Work, next: MoveStep): Promise<void> {
    await this.#sums.give(work);
    await this.#sums.take(work);
    await this.#state.go(next, work);
  }

  /**
   * What came to a cell after its rows had been copied (from a receiver that had not been heard of; entries of the books while
   * admissions still named it) follows before the rest is deleted.
   */
  async #leave(work: Work, handOver: MoveStep, over: MoveStep): Promise<void> {
    const isGone = !this.#options.registry.tenant(work.tenantId);
    if ((await this.#leaving.leave(work, isGone)) === 'handOver') return this.#state.go(handOver, work);
    await this.#staging.dropSums(work);
    await this.#staging.dropFerries(work);
    await this.#state.go(over, work);
  }

  /** The way back: the new cell holds copies, and rows that were sent there and nowhere else. */
  async #abort(work: Work): Promise<void> {
    await this.#awaitDrained(work);
    await this.#staging.dropSums(work);
    await this.#state.go('clearing', work);
  }

  /** Throws `AbortAsked` when an administrator takes the move back, or the tenant is being deleted, while that is possible. */
  async #requireWanted(signal: AbortSignal): Promise<void> {
    const { registry, table } = this.#options;
    const { tenantId, step } = this.move;
    if (!REVOCABLE.has(step)) return;
    const [stored] = await table.read(signal, tenantId);
    if (stored?.isAbortAsked || registry.tenant(tenantId)?.record.status !== 'ready') throw new AbortAsked();
  }

  /** Resolves when no receiver has, or will have, anything for the cell that rows go away from. */
  async #awaitDrained({ signal, lease }: Work): Promise<void> {
    const { receivers } = this.#options;
    const token = routeOf(this.move)?.token ?? 0;
    for (;;) {
      const waiting = await receivers.waitingFor(token);
      if (waiting.length === 0 && receivers.isComplete) return;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      signal.throwIfAborted();
      await lease.verify();
      await this.#requireWanted(signal);
    }
  }

  async #place({ tenantId, to, signal }: Work): Promise<void> {
    const apply = (before: TenantRecord | undefined) => {
      if (!before) throw new AppError('not_found', `There is no tenant ${tenantId}.`);
      return { ...stateOf(before), cell: to.name };
    };
    const { writer, refresh } = this.#options;
    await writer.changeTenant({ actor: this.move.actor, action: 'move_tenant', tenantId, apply }, signal);
    await refresh(signal);
  }

  #work(lease: Lease, signal: AbortSignal): Work {
    const { tenantId, fromCell, toCell } = this.move;
    return {
      ...{ tenantId, lease, signal, fence: lease.fence },
      from: this.#cell(fromCell),
      to: this.#cell(toCell),
      verify: () => lease.verify(),
      onCopied: async (rows) => {
        if (await this.#state.copied(rows, { lease, signal })) await this.#requireWanted(signal);
      },
    };
  }

  #cell(name: string): CellRecord {
    const cell = this.#options.registry.cell(name);
    if (cell) return cell;
    throw new AppError('unavailable', `The cell ${name} is not set up yet.`);
  }
}

const reversed = (work: Work): Work => ({ ...work, from: work.to, to: work.from });
