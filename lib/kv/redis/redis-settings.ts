import { type ConfigOf, defineSettings } from '../../config/setting.js';
import { durationMs, path, text, type ValueType } from '../../config/value-types.js';
import { redisUrl } from './redis-url.js';

const commandTimeout: ValueType<number> = {
  label: durationMs.label,
  parse(value) {
    const ms = durationMs.parse(value);
    if (ms < 10 || ms > 10_000) throw new Error(`expected 10ms to 10s, got "${value}"`);
    return ms;
  },
};

/** Shared state of services with several replicas. */
export const redisSettings = defineSettings({
  redisUrl: {
    yaml: 'redis.url',
    env: 'REDIS_URL',
    type: redisUrl,
    default: undefined,
    description:
      'Redis for sessions, locks, rate limits and the number of queries at a time. Unset: this process keeps them in its memory, which is right for one replica only.',
    secret: true,
  },
  redisSentinelPassword: {
    yaml: 'redis.sentinel_password',
    env: 'REDIS_SENTINEL_PASSWORD',
    type: text,
    default: undefined,
    description: 'Password of the sentinels, where they have one.',
    secret: true,
  },
  redisCaFile: {
    yaml: 'redis.ca_file',
    env: 'REDIS_CA_FILE',
    type: path,
    default: undefined,
    description: 'Authorities (PEM) for the certificate of a `rediss` server. Unset: those of the system.',
  },
  redisCertFile: {
    yaml: 'redis.cert_file',
    env: 'REDIS_CERT_FILE',
    type: path,
    default: undefined,
    description: 'Client certificate (PEM), where Redis asks for one; needs REDIS_KEY_FILE.',
  },
  redisKeyFile: {
    yaml: 'redis.key_file',
    env: 'REDIS_KEY_FILE',
    type: path,
    default: undefined,
    description: 'Private key (PEM) of the client certificate.',
  },
  redisKeyPrefix: {
    yaml: 'redis.key_prefix',
    env: 'REDIS_KEY_PREFIX',
    type: text,
    default: 'gob:',
    description: 'Begins every key, so that several meshes can share a Redis.',
  },
  redisTimeoutMs: {
    yaml: 'redis.timeout',
    env: 'REDIS_TIMEOUT',
    type: commandTimeout,
    default: '500ms',
    description: 'Longest wait for one answer; a Redis that is slower counts as away until it answers again.',
  },
});

export type RedisConfig = ConfigOf<typeof redisSettings>;
