import { AppError } from '../../../lib/errors/app-error.js';
import { parseTraceId } from '../format/ids.js';

const MAX_UINT64 = 2n ** 64n - 1n;

/** A project id of a path. 0, which would mean "the credential's own", is not one. */
function parseProjectId(text: string): bigint {
  const id = /^[1-9]\d{0,19}$/.test(text) ? BigInt(text) : 0n;
  if (id > 0n && id <= MAX_UINT64) return id;
  throw new AppError('invalid_argument', 'The project in the path must be a decimal project id.', {
    field: 'project_id',
  });
}

export interface ProjectInPath {
  /** 0n, the credential's own project, when the path names none or no valid one. */
  readonly projectId: bigint;
  /** Refuses an id that is not one, and a group that is not one. */
  readonly check: () => void;
}

/**
 * The project of a path, for the gatekeeper to be asked before anything in the request is checked: who may not ask learns
 * nothing about what is asked, nor that it is wrong.
 */
export function projectInPath(path: Readonly<Record<string, string>>): ProjectInPath {
  const { project_id: text, group_id: group } = path;
  try {
    const projectId = text === undefined ? 0n : parseProjectId(text);
    return { projectId, check: () => checkGroup(group) };
  } catch (refusal) {
    const check = () => {
      throw refusal;
    };
    return { projectId: 0n, check };
  }
}

/** The group of a path says nothing that the project does not; the tenant always comes from the credential. */
function checkGroup(group: string | undefined): void {
  if (group === undefined || /^\d{1,20}$/.test(group)) return;
  throw new AppError('invalid_argument', 'The group in the path must be a decimal group id.', {
    field: 'group_id',
  });
}

export function requireTraceId(text: string): Uint8Array<ArrayBuffer> {
  const traceId = parseTraceId(text);
  if (traceId) return traceId;
  throw new AppError(
    'invalid_argument',
    'trace_id must be 32 hex digits, with or without dashes as 8-4-4-4-12.',
    { field: 'trace_id' },
  );
}

/** The name that a wildcard stands for, without the path's fixed ending. Names may hold slashes. */
export function nameBefore(ending: string, path: Readonly<Record<string, string>>): string {
  const rest = path['*'] ?? '';
  if (rest.endsWith(ending) && rest !== ending) return rest.slice(0, -ending.length);
  throw new AppError('not_found', `There is nothing here. What is asked for ends in <name>${ending}.`);
}
