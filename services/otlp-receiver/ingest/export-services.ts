import type { Amount, Share } from '../ledger/account.js';
import { countItems, type ItemPath } from '../transcode/wire/count-items.js';
import { WireBytes } from '../transcode/wire/wire-bytes.js';
import { ResourceNames } from './resource-names.js';

/** What one service has in an export. */
export interface ServicePart {
  /** Empty when its resource has no `service.name`. */
  readonly service: string;
  /** Each of them is an export by itself: the resources of this service, with whatever unknown fields follow them. */
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

/** Field 1, delimited: one resource with its items, in the export requests of all signals. */
const RESOURCE_FIELD = 10;
/** Services of one export that are told apart; those after them count as this one. */
const MAX_SERVICES = 32;
const FURTHER_SERVICES = '(other)';

const wire = new WireBytes();
const names = new ResourceNames(wire);

/**
 * Takes the protobuf bytes of an export apart by service. Always at least one part, all bytes are in exactly one, and bytes that
 * cannot be read belong to a service without a name. Nothing is copied.
 */
export function servicesOf(body: Uint8Array): readonly ServicePart[] {
  const cuts: Cut[] = [];
  wire.open(body);
  try {
    while (wire.at < body.length) readField(body, cuts);
  } catch {
    // What could be read is told apart; whether the rest is a fault, transcoding decides.
  }
  const [only] = cuts;
  if (!only) return [{ service: '', pieces: [body], bytes: body.length }];
  if (cuts.length === 1) return [{ service: only.service, pieces: [body], bytes: body.length }];
  return gather(body, cuts);
}

interface Cut {
  readonly service: string;
  readonly from: number;
}

/** Resources of one service that follow each other stay together. */
function readField(body: Uint8Array, cuts: Cut[]): void {
  const from = wire.at;
  const tag = wire.varint31(body.length);
  if (tag !== RESOURCE_FIELD) {
    wire.skip(tag, body.length);
    return;
  }
  const end = wire.delimited(body.length);
  const service = names.serviceIn(end);
  wire.at = end;
  if (cuts.at(-1)?.service !== service) cuts.push({ service, from: cuts.length === 0 ? 0 : from });
}

function gather(body: Uint8Array, cuts: readonly Cut[]): readonly ServicePart[] {
  const parts = new Map<string, { service: string; pieces: Uint8Array[]; bytes: number }>();
  for (const [index, { service, from }] of cuts.entries()) {
    const piece = body.subarray(from, cuts[index + 1]?.from ?? body.length);
    const name = parts.has(service) || parts.size < MAX_SERVICES ? service : FURTHER_SERVICES;
    const part = parts.get(name) ?? { service: name, pieces: [], bytes: 0 };
    part.pieces.push(piece);
    part.bytes += piece.length;
    parts.set(name, part);
  }
  return [...parts.values()];
}

/** Shares an amount out: items by what each part holds, bytes by its size. The shares add up to the amount exactly. */
export function shareOut(
  parts: readonly ServicePart[],
  amount: Amount,
  path: ItemPath,
): readonly [Share, ...Share[]] {
  const [first, ...more] = parts;
  if (!first || more.length === 0) return [{ service: first?.service ?? '', ...amount }];
  const items = apportion(amount.items, amount.items === 0 ? [] : parts.map((part) => itemsIn(part, path)));
  const bytes = apportion(
    amount.bytes,
    parts.map((part) => part.bytes),
  );
  const share = ({ service }: ServicePart, index: number) => ({
    service,
    items: items[index] ?? 0,
    bytes: bytes[index] ?? 0,
  });
  return [share(first, 0), ...more.map((part, index) => share(part, index + 1))];
}

function itemsIn({ pieces }: ServicePart, path: ItemPath): number {
  return pieces.reduce((sum, piece) => sum + (countItems(piece, path) ?? 0), 0);
}

/** Whole numbers in proportion to the weights, of which the first gets what is left over. */
function apportion(total: number, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === total) return weights;
  const shares = weights.map((weight) => (sum === 0 ? 0 : Math.floor((total * weight) / sum)));
  const rest = total - shares.reduce((a, b) => a + b, 0);
  return shares.length === 0 ? [total] : shares.map((share, index) => share + (index === 0 ? rest : 0));
}
