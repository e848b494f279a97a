const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const STEPS_PER_LEVEL = 4;

/** Names of the severity numbers from 1 on: trace, trace2, trace3, trace4, debug, … fatal4. */
export const SEVERITY_NAMES: readonly string[] = LEVELS.flatMap((level) =>
  Array.from({ length: STEPS_PER_LEVEL }, (_, step) => (step === 0 ? level : `${level}${step + 1}`)),
);
