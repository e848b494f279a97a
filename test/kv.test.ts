import { MemoryKv } from '../lib/kv/memory-kv.js';
import { describeKvContract } from './_util/kv-contract.js';

describeKvContract('MemoryKv', async () => {
  let nowMs = 0;
  return {
    kv: new MemoryKv(() => nowMs),
    advance: async (ms) => {
      nowMs += ms;
    },
  };
});
