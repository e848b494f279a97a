import { type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import { AppError } from '../errors/app-error.js';

/** What one query of a tenant may cost, and how many may run at a time. None is ever zero. */
export interface QueryLimits {
  readonly maxSeconds: number;
  readonly maxReadRows: number;
  /** Uncompressed. */
  readonly maxReadBytes: number;
  readonly maxMemoryBytes: number;
  readonly maxConcurrent: number;
}

/** Who makes an internal call, as the gatekeeper's assertion says. */
export type Caller =
  | {
      readonly kind: 'principal';
      /** Name of the token or user. */
      readonly principal: string;
      readonly tenantId: number;
      readonly projectId: bigint;
      readonly scopes: readonly string[];
      /** Database of the tenant's cell. */
      readonly database: string;
      /** How far back the tenant's rows are kept, in days. */
      readonly retentionDays: number;
      /** The tenant's, as they were when the assertion was made. Absent from a gatekeeper that does not know them yet. */
      readonly queryLimits?: QueryLimits | undefined;
    }
  | {
      readonly kind: 'service';
      /** The service that calls on its own behalf. */
      readonly service: string;
    }
  | {
      readonly kind: 'admin';
      /** Name of the token of somebody who runs the mesh. */
      readonly principal: string;
    };

export type Principal = Extract<Caller, { kind: 'principal' }>;

const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

export function setCaller(values: ContextValues, caller: Caller): void {
  values.set(callerKey, caller);
}

/** The user or token on whose behalf the call is made. A service without one is refused. */
export function principalOf(context: HandlerContext): Principal {
  const caller = context.values.get(callerKey);
  if (caller?.kind === 'principal') return caller;
  throw new AppError('permission_denied', 'This call needs an assertion for one tenant and project.');
}

/** Refuses callers other than services of the mesh. */
export function requireService(context: HandlerContext): void {
  if (context.values.get(callerKey)?.kind === 'service') return;
  throw new AppError('permission_denied', 'This call is for services of the mesh only.');
}

/** Name of the administrator of the instance who calls. Everybody else is refused. */
export function requireAdmin(context: HandlerContext): string {
  const caller = context.values.get(callerKey);
  if (caller?.kind === 'admin') return caller.principal;
  throw new AppError('permission_denied', 'This call is for administrators of the instance only.');
}
