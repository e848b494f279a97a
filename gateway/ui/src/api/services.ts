import { readList, readRecord, readText } from './decode.js';
import { request } from './request.js';

function toNames(listName: string): (reply: unknown) => readonly string[] {
  return (reply) => readList(readRecord(reply, 'the reply'), listName).map((item) => readText(item, 'name'));
}

const servicesPath = (projectId: string): string => `/v3/query/${encodeURIComponent(projectId)}/services`;

export function listServices(projectId: string, signal: AbortSignal): Promise<readonly string[]> {
  return request(servicesPath(projectId), { signal, decode: toNames('services') });
}

export interface ListOperationsOptions {
  readonly projectId: string;
  readonly serviceName: string;
  readonly signal: AbortSignal;
}

export function listOperations({
  projectId,
  serviceName,
  signal,
}: ListOperationsOptions): Promise<readonly string[]> {
  const path = `${servicesPath(projectId)}/${encodeURIComponent(serviceName)}/operations`;
  return request(path, { signal, decode: toNames('operations') });
}
