import type {
  AnyValue,
  InstrumentationScope,
  KeyValue,
} from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Resource } from '../../../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import type { JsonValue } from './exact-json.js';
import { base64At, booleanAt, doubleAt, int64At, listAt, objectAt, textAt, uint32At } from './json-fields.js';

export function attributesAt(value: JsonValue | undefined, path: string): KeyValue[] {
  return listAt(value, path, (item, itemPath) => {
    const attribute = objectAt(item, itemPath);
    return {
      key: textAt(attribute.get('key'), `${itemPath}.key`),
      value: anyValueAt(attribute.get('value'), `${itemPath}.value`),
      keyStrindex: 0,
    };
  });
}

/** The first member that is present counts; none is the empty value. */
export function anyValueAt(value: JsonValue | undefined, path: string): AnyValue {
  for (const [name, member] of objectAt(value, path)) {
    if (member === null) continue;
    const inner = `${path}.${name}`;
    switch (name) {
      case 'stringValue':
        return { stringValue: textAt(member, inner) };
      case 'boolValue':
        return { boolValue: booleanAt(member, inner) };
      case 'intValue':
        return { intValue: int64At(member, inner) };
      case 'doubleValue':
        return { doubleValue: doubleAt(member, inner) };
      case 'bytesValue':
        return { bytesValue: base64At(member, inner) };
      case 'arrayValue':
        return {
          arrayValue: {
            values: listAt(objectAt(member, inner).get('values'), `${inner}.values`, anyValueAt),
          },
        };
      case 'kvlistValue':
        return {
          kvlistValue: { values: attributesAt(objectAt(member, inner).get('values'), `${inner}.values`) },
        };
    }
  }
  return {};
}

export function resourceAt(value: JsonValue | undefined, path: string): Resource {
  const resource = objectAt(value, path);
  return {
    attributes: attributesAt(resource.get('attributes'), `${path}.attributes`),
    droppedAttributesCount: uint32At(
      resource.get('droppedAttributesCount'),
      `${path}.droppedAttributesCount`,
    ),
    entityRefs: [],
  };
}

export function scopeAt(value: JsonValue | undefined, path: string): InstrumentationScope {
  const scope = objectAt(value, path);
  return {
    name: textAt(scope.get('name'), `${path}.name`),
    version: textAt(scope.get('version'), `${path}.version`),
    attributes: attributesAt(scope.get('attributes'), `${path}.attributes`),
    droppedAttributesCount: uint32At(scope.get('droppedAttributesCount'), `${path}.droppedAttributesCount`),
  };
}
