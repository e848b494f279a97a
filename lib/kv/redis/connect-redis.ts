import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import { AppError, messageOf } from '../../errors/app-error.js';
import type { RedisConfig } from './redis-settings.js';
import type { RedisTarget } from './redis-url.js';

export type RedisClient = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 2_000;
const KEEP_ALIVE_MS = 10_000;

/** A client that goes on trying to connect; nothing is queued or sent twice by it. Throws `invalid_argument` for a bad PEM file. */
export function connectRedis(target: RedisTarget, config: RedisConfig): RedisClient {
  const tls = target.isTls ? tlsOptions(config) : undefined;
  const options = { ...shared(target), ...(tls && { tls }) };
  const [first] = target.nodes;
  switch (target.kind) {
    case 'cluster':
      return new Cluster([...target.nodes], {
        redisOptions: options,
        enableOfflineQueue: false,
        clusterRetryStrategy: reconnectDelayMs,
        // Certificates name hosts; an address looked up beforehand would not match them.
        ...(tls && { dnsLookup: (address, done) => done(null, address) }),
      });
    case 'sentinel':
      return new Redis({
        ...options,
        db: target.database,
        sentinels: [...target.nodes],
        name: target.masterName ?? '',
        ...(config.redisSentinelPassword !== undefined && { sentinelPassword: config.redisSentinelPassword }),
        ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
        sentinelRetryStrategy: reconnectDelayMs,
      });
    case 'standalone':
      return new Redis({ ...options, ...first, db: target.database });
  }
}

function shared({ username, password }: RedisTarget): CommonRedisOptions {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    connectionName: 'gob',
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectDelayMs,
    // A master that was made a replica meanwhile: connect anew, to the one that is master now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

function reconnectDelayMs(attempt: number): number {
  return (
    Math.min(RECONNECT_MIN_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS) * (0.5 + Math.random() / 2)
  );
}

function tlsOptions({ redisCaFile, redisCertFile, redisKeyFile }: RedisConfig): ConnectionOptions {
  if ((redisCertFile === undefined) !== (redisKeyFile === undefined))
    throw new AppError('invalid_argument', 'REDIS_CERT_FILE and REDIS_KEY_FILE need each other: set both.');
  return {
    ...(redisCaFile !== undefined && { ca: readPem('REDIS_CA_FILE', redisCaFile) }),
    ...(redisCertFile !== undefined && { cert: readPem('REDIS_CERT_FILE', redisCertFile) }),
    ...(redisKeyFile !== undefined && { key: readPem('REDIS_KEY_FILE', redisKeyFile) }),
  };
}

function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new AppError('invalid_argument', `${setting}: ${file} cannot be read (${messageOf(cause)}).`, {
      cause,
    });
  }
}
