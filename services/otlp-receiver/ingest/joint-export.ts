import { countItems } from '../transcode/wire/count-items.js';
import type { EnteredExport } from './entered-export.js';
import { servicesOf } from './export-services.js';

/** Larger exports fill a block by themselves: what ClickHouse spends on a block does not show in thousands of rows. */
const COMPANION_BYTES = 512 * 2 ** 10;
/** At this many bytes a joint export goes, so that nobody waits long for the others: transcoding it takes some 20 ms. */
export const JOINT_BYTES = 2 * 2 ** 20;
/** How long exports wait for company where some was met before: an interval in which an exporter's next batch does not come. */
export const JOINT_LINGER_MS = 10;

/** Several exports of one project as one: protobuf messages that follow each other are one message with the fields of all. */
export interface JointExport extends EnteredExport {
  /** Items of each export. */
  readonly counts: readonly number[];
}

export function mayJoin({ encoding, body }: EnteredExport): boolean {
  return encoding === 'protobuf' && body.length < COMPANION_BYTES;
}

/** Exports of one key are held to the same limits, go to the same place and are entered in the same minute. */
export function jointKey({ signal, admission, account }: EnteredExport): string {
  const { database, tenantId, projectId, retentionDays, acceptFromDay = 0 } = admission;
  return `${signal.name} ${tenantId} ${projectId} ${retentionDays} ${acceptFromDay} ${database} ${account.minute}`;
}

/**
 * Undefined when one of them does not end where its last field ends: it could swallow the one behind it. The budget's bytes are
 * entered for the first, since all are answered at the same moment.
 */
export function joinExports(group: readonly EnteredExport[]): JointExport | undefined {
  const [head] = group;
  const counts = group.map(({ signal, body }) => countItems(body, signal.itemPath));
  if (!head || !counts.every((count) => count !== undefined)) return undefined;
  const body = Buffer.concat(group.map((each) => each.body));
  return {
    ...head,
    body,
    wire: body,
    parts: servicesOf(body),
    receivedMs: Math.min(...group.map(({ receivedMs }) => receivedMs)),
    counts,
  };
}
