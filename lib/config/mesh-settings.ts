import { networks } from '../auth/client-address.js';
import { defineSettings } from './setting.js';
import { address, httpUrl, path } from './value-types.js';

/** Where each service of the mesh serves its contract. Loopback unless told otherwise. */
export const addressSettings = defineSettings({
  gatekeeperAddress: {
    yaml: 'gatekeeper.address',
    env: 'GATEKEEPER_ADDRESS',
    type: address,
    default: '127.0.0.1:9101',
    description: 'Where the gatekeeper serves its contract.',
  },
  tenantQuotaAddress: {
    yaml: 'tenant_quota.address',
    env: 'TENANT_QUOTA_ADDRESS',
    type: address,
    default: '127.0.0.1:9102',
    description: 'Where tenant-quota serves its contract.',
  },
  queryAddress: {
    yaml: 'query.address',
    env: 'QUERY_ADDRESS',
    type: address,
    default: '127.0.0.1:9103',
    description: 'Where query serves its contract.',
  },
  gatewayAddress: {
    yaml: 'gateway.address',
    env: 'GATEWAY_ADDRESS',
    flags: ['query-bind-address'],
    type: address,
    default: '127.0.0.1:9003',
    description: 'Where the gateway serves REST and the UI.',
  },
  otlpGrpcAddress: {
    yaml: 'receivers.otlp.protocols.grpc.endpoint',
    env: 'OTLP_GRPC_ADDRESS',
    flags: ['otlp-grpc-address'],
    type: address,
    default: '127.0.0.1:4317',
    description: 'Where OTLP over gRPC is received.',
  },
  otlpHttpAddress: {
    yaml: 'receivers.otlp.protocols.http.endpoint',
    env: 'OTLP_HTTP_ADDRESS',
    flags: ['otlp-http-address'],
    type: address,
    default: '127.0.0.1:4318',
    description: 'Where OTLP over HTTP is received.',
  },
});

/** How services find each other. */
export const peerSettings = defineSettings({
  gatekeeperUrl: {
    yaml: 'gatekeeper.url',
    env: 'GATEKEEPER_URL',
    type: httpUrl,
    default: 'http://127.0.0.1:9101',
    description: 'Where other services reach the gatekeeper.',
  },
  tenantQuotaUrl: {
    yaml: 'tenant_quota.url',
    env: 'TENANT_QUOTA_URL',
    type: httpUrl,
    default: 'http://127.0.0.1:9102',
    description: 'Where other services reach tenant-quota.',
  },
  queryUrl: {
    yaml: 'query.url',
    env: 'QUERY_URL',
    type: httpUrl,
    default: 'http://127.0.0.1:9103',
    description: 'Where other services reach query.',
  },
});

/** What stands before the ports that clients reach. */
export const proxySettings = defineSettings({
  trustedProxies: {
    yaml: 'network.trusted_proxies',
    env: 'TRUSTED_PROXIES',
    type: networks,
    default: '',
    description:
      'Addresses and networks of the proxies in front of gateway and receiver. Their `X-Forwarded-For` says where a request comes from, read from the right; what anybody else says there is ignored.',
  },
});

export const identityFileSettings = defineSettings({
  identityFile: {
    yaml: 'identity.file',
    env: 'IDENTITY_FILE',
    flags: ['identity-file'],
    type: path,
    default: undefined,
    description:
      'YAML file with tenants, tokens and users. Read by the gatekeeper (identities) and by tenant-quota (tenants).',
  },
});
