import type { Logger } from '../telemetry/logger.js';
import type { Kv } from './kv.js';
import { MemoryKv } from './memory-kv.js';
import { connectRedis } from './redis/connect-redis.js';
import { RedisKv } from './redis/redis-kv.js';
import type { RedisConfig } from './redis/redis-settings.js';

/**
 * Redis where `REDIS_URL` names one, else the memory of this process. Returns at once; while Redis is away, calls are
 * refused with `unavailable`.
 */
export function openKv(config: RedisConfig, logger: Logger): Kv {
  if (config.redisUrl === undefined) return new MemoryKv();
  return new RedisKv(connectRedis(config.redisUrl, config), {
    timeoutMs: config.redisTimeoutMs,
    keyPrefix: config.redisKeyPrefix,
    logger,
  });
}
