import { AppError } from '../../../lib/errors/app-error.js';
import type { BudgetHit } from '../../../lib/store/budget-hit.js';
import type { CallBudget, Limit } from './call-budget.js';

const NARROW = 'Narrow the time range or add a filter, for example on a service or an attribute.';

interface Wording {
  readonly limit: (budget: CallBudget) => Limit;
  readonly sentence: string;
  readonly unit: string;
}

const WORDINGS: Readonly<Record<BudgetHit['kind'], Wording>> = {
  time: { limit: ({ timeMs }) => timeMs, sentence: 'ran into its time budget', unit: 'ms' },
  rows: { limit: ({ rows }) => rows, sentence: 'reads more rows than its budget allows', unit: 'rows' },
  bytes: { limit: ({ bytes }) => bytes, sentence: 'reads more bytes than its budget allows', unit: 'bytes' },
  memory: {
    limit: ({ memoryBytes }) => memoryBytes,
    sentence: 'needs more memory than its budget allows',
    unit: 'bytes',
  },
};

/** The refusal of a call that hit its budget: what was hit, the limit and whose it is, what was measured, and the remedy. */
export function overBudget(hit: BudgetHit, budget: CallBudget, cause?: unknown): AppError {
  const { limit, sentence, unit } = WORDINGS[hit.kind];
  const { value, name } = limit(budget);
  const measured = hit.measured === undefined ? '' : `, measured ${hit.measured} ${unit}`;
  return new AppError(
    'query_too_expensive',
    `The query ${sentence} (limit ${value} ${unit}, ${name}${measured}). ${NARROW}`,
    { cause },
  );
}
