import type { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import type { DerivedRows, OpenDelivery } from '../derived/derived-rows.js';
import { decompress } from '../http/inflate.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RejectLog } from '../ledger/reject-log.js';
import type { Arrival } from '../ledger/turned-away.js';
import type { ByteBudget, ByteLease } from '../pipeline/byte-budget.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { TenantPipelines } from '../pipeline/tenant-pipelines.js';
import { acceptedDays } from '../transcode/accept-window.js';
import { countRejected, type TranscodeContext, type TranscodeResult } from '../transcode/transcode.js';
import { admitArrival } from './admit-arrival.js';
import { Companions } from './companions.js';
import { answerOf, type Duplicates, duplicateKey } from './duplicates.js';
import { enterLimited } from './enter-limited.js';
import { type EnteredExport, enterUnread, readJsonOf, sharesOf, wholeOf } from './entered-export.js';
import { ExportBooks } from './export-books.js';
import { InflateTurns } from './inflate-turns.js';
import {
  JOINT_BYTES,
  JOINT_LINGER_MS,
  type JointExport,
  joinExports,
  jointKey,
  mayJoin,
} from './joint-export.js';
import {
  accountOf,
  type CompressedExport,
  type ReceivedExport,
  type RefusedExport,
  tooLarge,
  unreadOf,
} from './received-export.js';

export interface IngestOptions {
  readonly admissions: Admissions;
  readonly budget: ByteBudget;
  readonly pipeline: Pipeline;
  readonly pipelines: Pick<TenantPipelines, 'used'>;
  readonly derivedRows: DerivedRows;
  readonly duplicates: Duplicates;
  readonly ledger: Ledger;
  readonly rejects: RejectLog;
  /** Largest request that this receiver takes from anybody. */
  readonly maxRequestBytes: number;
  readonly ackTimeoutMs: number;
}

/** From a request's bytes to its durable rows: what both transports share. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #books: ExportBooks;
  readonly #inflateTurns = new InflateTurns();
  readonly #companions = new Companions<EnteredExport, TranscodeResult>({
    maxBytes: JOINT_BYTES,
    lingerMs: JOINT_LINGER_MS,
    work: (group) => this.#together(group),
  });

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#books = new ExportBooks(options);
  }

  get maxRequestBytes(): number {
    return this.#options.maxRequestBytes;
  }

  lease(): ByteLease {
    return this.#options.budget.lease();
  }

  admit(question: AdmissionQuestion, arrival: Arrival): Admission | Promise<Admission> {
    return admitArrival(this.#options.admissions, question, arrival);
  }

  /** Largest request of this tenant, after decompression. */
  limitFor(admission: Admission): number {
    return Math.min(admission.maxRequestBytes, this.#options.maxRequestBytes);
  }

  /** `export` of what may be compressed. */
  exportInflated({ wire, compression, ...received }: CompressedExport): Promise<TranscodeResult> {
    if (compression === 'identity') return this.export({ ...received, body: wire });
    const { admission, lease } = received;
    const inflated = this.#inflateTurns.run(admission.tenantId, async () => {
      const body = await decompress(wire, compression, this.limitFor(admission));
      lease.grow(body.length);
      return body;
    });
    return inflated.then(
      (body) => this.export({ ...received, body }),
      (error) => {
        this.#refused({ ...received, body: wire }, toAppError(error));
        throw error;
      },
    );
  }

  /** Resolves when everything that was accepted is durable. Rejects with AppError otherwise. */
  async export(received: ReceivedExport): Promise<TranscodeResult> {
    const { body } = received;
    const { duplicates, pipelines } = this.#options;
    pipelines.used(received.admission);
    const entered = this.#open(received);
    const { account } = entered;
    // Nothing to store: not worth remembering, and the same for everybody.
    if (body.length === 0) return this.#first(entered);
    const key = duplicateKey({ ...account }, body);
    const known = duplicates.find(key);
    if (known) return this.#again(entered, known);
    const answer =
      mayJoin(entered) && this.#options.pipeline.keepsRefused
        ? this.#companions.join(jointKey(entered), entered, body.length)
        : this.#first(entered);
    duplicates.remember(key, answer.then(answerOf));
    return answer;
  }

  /** Enters a request that was refused between its admission and `export`. */
  #refused(refusal: RefusedExport, error: AppError): void {
    const refused = { ...refusal, account: accountOf(refusal) };
    const shares = unreadOf(refusal);
    this.#options.ledger.received(refused.account, shares);
    this.#books.refuse(refused, error, shares);
  }

  /** Enters an export by what it is, and refuses what is too large or no JSON. */
  #open(received: ReceivedExport): EnteredExport {
    const { ledger } = this.#options;
    const { body, admission } = received;
    const limitBytes = this.limitFor(admission);
    const unread = enterUnread(received);
    try {
      if (body.length > limitBytes) throw tooLarge(body.length, limitBytes);
      const entered = readJsonOf(unread);
      ledger.received(entered.account, wholeOf(entered));
      return entered;
    } catch (error) {
      ledger.received(unread.account, wholeOf(unread));
      throw this.#books.refuse(unread, error, wholeOf(unread));
    }
  }

  /** Exports that came together: stored as one where that is the same for each of them. */
  #together(group: readonly EnteredExport[]): readonly Promise<TranscodeResult>[] {
    const joint = group.length > 1 ? joinExports(group) : undefined;
    const stored = joint && this.#joint(joint);
    if (!stored) return group.map((entered) => this.#first(entered));
    return joint.counts.map((accepted) => stored.then((result) => ({ ...answerOf(result), accepted })));
  }

  /** Undefined when an item is refused or the bytes are: whose that is shows only when each export is looked at alone. */
  #joint(joint: JointExport): Promise<TranscodeResult> | undefined {
    const derived = this.#openDerived(joint);
    try {
      const result = joint.signal.transcode(joint.wire, { ...contextOf(joint), sightings: derived });
      const total = joint.counts.reduce((sum, count) => sum + count, 0);
      if (result.rejected.size > 0 || result.accepted !== total) return undefined;
      return this.#store(joint, { result, derived });
    } catch {
      return undefined;
    }
  }

  async #first(entered: EnteredExport): Promise<TranscodeResult> {
    const derived = this.#openDerived(entered);
    const context = contextOf(entered);
    let result: TranscodeResult;
    try {
      result = entered.signal.transcode(entered.wire, { ...context, sightings: derived });
    } catch (error) {
      throw this.#books.refuse(entered, error, wholeOf(entered));
    }
    return this.#store(entered, { result, derived, context });
  }

  async #store(
    entered: EnteredExport,
    { result, derived, context = contextOf(entered) }: Transcoded,
  ): Promise<TranscodeResult> {
    const { lease, receivedMs, account } = entered;
    const { pipeline, ackTimeoutMs, admissions } = this.#options;
    const total = result.accepted + countRejected(result);
    admissions.settle(entered.admission, account.signal, total);
    const shares = this.#books.enter(entered, result, context);
    if (result.blocks.length === 0) return result;
    const blocks = [...result.blocks, ...derived.blocks()];
    try {
      lease.grow(blocks.reduce((bytes, block) => bytes + block.bytes.length, 0));
      await pipeline.write({ ...account, shares, blocks, deadlineMs: receivedMs + ackTimeoutMs });
    } catch (error) {
      throw this.#books.refuse(entered, error, shares);
    }
    derived.stored();
    return enterLimited(this.#options.ledger, entered, { result, notes: derived.limited() });
  }

  #openDerived({ admission, signal, wire }: EnteredExport): OpenDelivery {
    const { length: requestBytes } = wire;
    return this.#options.derivedRows.open({ ...admission, signal: signal.name, requestBytes });
  }

  /** The copy is answered like the first, and not before that one is durable. */
  async #again(entered: EnteredExport, first: Promise<TranscodeResult>): Promise<TranscodeResult> {
    const { ledger } = this.#options;
    const { account, body } = entered;
    try {
      const result = await first;
      const items = result.accepted + countRejected(result);
      ledger.received(account, sharesOf(entered, { items, bytes: 0 }));
      ledger.duplicate(account, sharesOf(entered, { items, bytes: body.length }));
      return result;
    } catch (error) {
      throw this.#books.refuse(entered, error, wholeOf(entered));
    }
  }
}

interface Transcoded {
  readonly result: TranscodeResult;
  readonly derived: OpenDelivery;
  readonly context?: TranscodeContext;
}

function contextOf({ admission }: ReceivedExport): TranscodeContext {
  const { tenantId, projectId } = admission;
  const nowMs = Date.now();
  const retentionDays = acceptedDays(nowMs, admission.retentionDays, admission.acceptFromDay);
  return { tenantId, projectId, nowUnixNano: BigInt(nowMs) * 1_000_000n, limits: { retentionDays } };
}
