import type { LocalCredentials } from './credentials.js';

export interface BannerFacts {
  readonly uiUrl: string;
  readonly otlpGrpcUrl: string;
  readonly otlpHttpUrl: string;
  readonly metricsUrl: string;
  readonly dataDir: string;
  /** Undefined when the identity file is the operator's own. */
  readonly credentials: LocalCredentials | undefined;
  readonly signInToken: string | undefined;
}

/** What `npm start` prints once everything is ready: how to get in, where to send, and lines to copy. */
export function renderBanner(facts: BannerFacts): string {
  const { credentials } = facts;
  const link =
    facts.signInToken === undefined ? facts.uiUrl : `${facts.uiUrl}/sign-in#token=${facts.signInToken}`;
  const header = `Authorization=Bearer%20${credentials?.ingestToken ?? '<a token of your identity file>'}`;
  return [
    '',
    'The observability backend is ready.',
    '',
    `  UI         ${link}`,
    ...(credentials
      ? [`             (works once; later: user ${credentials.username}, password ${credentials.password})`]
      : []),
    `  OTLP gRPC  ${facts.otlpGrpcUrl}`,
    `  OTLP HTTP  ${facts.otlpHttpUrl}`,
    `  Header     ${header.replace('=Bearer%20', ': Bearer ')}`,
    `  Metrics    ${facts.metricsUrl}/metrics`,
    `  Data       ${facts.dataDir}`,
    '',
    'Point an OpenTelemetry SDK at it:',
    '',
    `  export OTEL_EXPORTER_OTLP_ENDPOINT="${facts.otlpHttpUrl}"`,
    '  export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"',
    `  export OTEL_EXPORTER_OTLP_HEADERS="${header}"`,
    '  export OTEL_SERVICE_NAME="my-service"',
    '',
    '',
  ].join('\n');
}
