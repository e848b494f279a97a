import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { ANY_ATTRIBUTE, type FilterFields, type IntrinsicField } from '../filter/fields.js';

const SPAN = { map: 'Attrs', items: 'AttrItems', numbers: 'AttrsNum' } as const;
const RESOURCE = { map: 'ResourceAttrs', items: 'ResourceItems' } as const;

const kind: IntrinsicField = {
  type: 'enum',
  sql: 'SpanKind',
  names: {
    unspecified: 'Unspecified',
    internal: 'Internal',
    server: 'Server',
    client: 'Client',
    producer: 'Producer',
    consumer: 'Consumer',
  },
};
const service: IntrinsicField = { type: 'text', sql: 'ServiceName' };
const operation: IntrinsicField = { type: 'text', sql: 'SpanName' };

/** What conditions on spans can be about, in the columns of `spans`. */
export const SPAN_FIELDS: FilterFields = {
  item: 'span',
  intrinsics: {
    service,
    operation,
    duration: { type: 'duration', sql: 'DurationNs' },
    status: { type: 'enum', sql: 'StatusCode', names: { unset: 'Unset', ok: 'Ok', error: 'Error' } },
    status_message: { type: 'text', sql: 'StatusMessage' },
    kind,
    trace_id: { type: 'id', sql: 'TraceId', bytes: 16 },
    span_id: { type: 'id', sql: 'SpanId', bytes: 8 },
    parent_span_id: { type: 'id', sql: 'ParentSpanId', bytes: 8 },
    trace_state: { type: 'text', sql: 'TraceState' },
    scope_name: { type: 'text', sql: 'ScopeName' },
    scope_version: { type: 'text', sql: 'ScopeVersion' },
    event_name: { type: 'text', sql: 'Events.Name', isList: true },
    link_trace_id: { type: 'id', sql: 'Links.TraceId', bytes: 16, isList: true },
    link_span_id: { type: 'id', sql: 'Links.SpanId', bytes: 8, isList: true },
  },
  scopes: {
    span: { scope: FieldScope.ITEM, attributes: [SPAN] },
    resource: { scope: FieldScope.RESOURCE, attributes: [RESOURCE] },
    scope: { scope: FieldScope.SCOPE, attributes: [{ map: 'ScopeAttrs' }] },
    event: { scope: FieldScope.EVENT, attributes: [{ map: 'Events.Attrs', isList: true }] },
    link: { scope: FieldScope.LINK, attributes: [{ map: 'Links.Attrs', isList: true }] },
    [ANY_ATTRIBUTE]: { scope: FieldScope.ATTRIBUTE, attributes: [SPAN, RESOURCE] },
  },
  texts: {
    columns: ['ServiceName', 'SpanName', 'StatusMessage'],
    lists: ['Events.Name'],
    maps: ['Attrs', 'ResourceAttrs'],
  },
};

/** What `red_1m` still tells apart. A filter on nothing else is answered from there. */
export const RED_FIELDS: FilterFields = {
  item: 'span',
  intrinsics: { service, operation, kind },
  scopes: {},
  texts: { columns: [], lists: [], maps: [] },
};

/** What `red_5m` still tells apart. */
export const RED_SERVICE_FIELDS: FilterFields = { ...RED_FIELDS, intrinsics: { service } };
