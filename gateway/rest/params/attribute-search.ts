import { z } from 'zod';
import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { pageSize } from './page-size.js';

/** Scopes of the filter grammar that completion knows. */
export const ATTRIBUTE_SCOPES = ['span', 'resource', 'scope'] as const;
export type AttributeScope = (typeof ATTRIBUTE_SCOPES)[number];

const FIELD_SCOPES: Readonly<Record<AttributeScope, FieldScope>> = {
  span: FieldScope.ITEM,
  resource: FieldScope.RESOURCE,
  scope: FieldScope.SCOPE,
};

/** Without a scope every one is meant. */
export function toFieldScope(scope: AttributeScope | undefined): FieldScope {
  return scope === undefined ? FieldScope.ATTRIBUTE : FIELD_SCOPES[scope];
}

export function toAttributeScope(scope: FieldScope): AttributeScope {
  return ATTRIBUTE_SCOPES.find((name) => FIELD_SCOPES[name] === scope) ?? 'span';
}

/** The members of a schema that search in a catalogue. */
export const searchParams = {
  search: z.string().optional().describe('Only what contains this text, whatever the case of its letters.'),
  limit: pageSize.optional().describe('Default 100; more than 1000 is cut to 1000.'),
};
