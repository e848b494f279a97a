/**
 * Names a point in the registry's history by the newest version at that time. It means the same at every replica, because
 * versions do; the prefix lets its form change.
 */
export function encodeResumeToken(version: number): string {
  return `v1:${version}`;
}

/** Undefined for a token that is not ours, upon which everything is sent. */
export function decodeResumeToken(token: string): number | undefined {
  const version = /^v1:(\d{1,16})$/.exec(token)?.[1];
  return version === undefined ? undefined : Number(version);
}
