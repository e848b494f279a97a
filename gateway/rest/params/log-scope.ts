import { z } from 'zod';
import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';

const FIELD_SCOPES = {
  log: FieldScope.ITEM,
  resource: FieldScope.RESOURCE,
  scope: FieldScope.SCOPE,
} as const;

type LogScope = keyof typeof FIELD_SCOPES;

/** Where an attribute of a log record is. */
export const logScope = z.enum(['log', 'resource', 'scope'], 'expected one of log, resource, scope');

/** Without a scope every one is meant. */
export function fromLogScope(scope: LogScope | undefined): FieldScope {
  return scope === undefined ? FieldScope.ATTRIBUTE : FIELD_SCOPES[scope];
}

export function toLogScope(scope: FieldScope): LogScope {
  if (scope === FieldScope.RESOURCE) return 'resource';
  return scope === FieldScope.SCOPE ? 'scope' : 'log';
}
