import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Move, MoveSchema, MoveStep } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import type { MoveRecord, MoveStep as StepName } from '../../moves/move-record.js';

const STEPS: Readonly<Record<StepName, MoveStep>> = {
  copying: MoveStep.COPYING,
  routing: MoveStep.ROUTING,
  finishing: MoveStep.FINISHING,
  attaching: MoveStep.ATTACHING,
  switched: MoveStep.SWITCHED,
  settling: MoveStep.CLEANING,
  cleaning: MoveStep.CLEANING,
  done: MoveStep.DONE,
  aborting: MoveStep.ABORTING,
  returning: MoveStep.RETURNING,
  clearing: MoveStep.RETURNING,
  aborted: MoveStep.ABORTED,
};

/** A move as the contract shows it. */
export function toMove(move: MoveRecord): Move {
  const { tenantId, fromCell, toCell, step, rowsTotal, rowsCopied, lastError, actor } = move;
  return create(MoveSchema, {
    ...{ tenantId, fromCell, toCell, lastError, actor },
    step: STEPS[step],
    rowsTotal: BigInt(rowsTotal),
    rowsCopied: BigInt(rowsCopied),
    startedAt: timestampFromMs(move.moveId),
    stepAt: timestampFromMs(move.stepAtMs),
  });
}
