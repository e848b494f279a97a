import type { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { Parameters } from './parameters.js';

/** A field that every item has. */
export interface IntrinsicField {
  /** `id`: bytes shown as hex; `enum`: one of `names`; `duration`: nanoseconds. */
  readonly type: 'text' | 'id' | 'integer' | 'duration' | 'enum';
  /** Column, or array of columns when `isList`. */
  readonly sql: string;
  /** The item has several; a condition holds when it holds for one of them. */
  readonly isList?: boolean;
  /** For `id`. */
  readonly bytes?: number;
  /** For `integer`: names that stand for a number, in lower case. */
  readonly numbers?: ReadonlyMap<string, number>;
  /** For `enum`: the value's name in a filter, in lower case, and ClickHouse's. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A place where attributes are. */
export interface AttributeMap {
  /** A `Map(String, String)` column, or an array of such when `isList`. */
  readonly map: string;
  readonly isList?: boolean;
  /** An array of `key=value` texts with an index on it. */
  readonly items?: string;
  /** A `Map(String, Float64)` of the numbers among the attributes. */
  readonly numbers?: string;
}

/** What conditions on one kind of item can be about, and where that is in its table. */
export interface FilterFields {
  /** What one item is called in refusals. */
  readonly item: string;
  readonly intrinsics: Readonly<Record<string, IntrinsicField>>;
  /** By the prefix that the grammar has for the scope. */
  readonly scopes: Readonly<
    Record<string, { readonly scope: FieldScope; readonly attributes: readonly AttributeMap[] }>
  >;
  readonly texts: TextPlaces | FreeText;
}

/** Where free text is looked for: text columns, arrays of texts, and maps. */
export interface TextPlaces {
  readonly columns: readonly string[];
  readonly lists: readonly string[];
  readonly maps: readonly string[];
}

/** The condition that an item holds a free text, for a table that has an index of its own for that. */
export type FreeText = (text: string, parameters: Parameters) => string;

/** The prefix of attributes that may be the item's or the resource's. */
export const ANY_ATTRIBUTE = 'attribute';
