/** What a supervised child tells its parent once it accepts work. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Where the child answers, with the port it really got. */
  readonly url: string;
}

/** True for a message sent by {@link announceReady}; other IPC traffic of the child is left alone. */
export function isReadyMessage(message: unknown): message is ReadyMessage {
  if (typeof message !== 'object' || message === null) return false;
  const candidate = message as Partial<ReadyMessage>;
  return candidate.type === 'ready' && typeof candidate.url === 'string';
}

/** Tells the parent, if there is one with an IPC channel, that this process accepts work at `url`. */
export function announceReady(url: string): void {
  if (process.connected) process.send?.({ type: 'ready', url } satisfies ReadyMessage);
}

/**
 * Calls `stop` when the parent is gone, so that no child outlives a parent that was killed outright. A parent that
 * died before this call counts too. Without an IPC channel (started by hand) nothing happens.
 */
export function exitWithParent(stop: () => void): void {
  if (process.send === undefined) return;
  if (!process.connected) {
    stop();
    return;
  }
  process.once('disconnect', stop);
}
