export const USAGE = `gob <command> [options]

  tenants list
  tenants get <id>
  tenants put <id> [--path P] [--tier free|premium|ultimate] [--limit name=number|inherit]...
                   [--project id=path|id=path:off]... [--create] [--dry-run]
  tenants delete <id> [--grace-seconds N] [--dry-run]
  tenants move <id> --to <cell> [--dry-run]
  tenants move <id>                        how far the move is
  tenants move <id> --abort
  tenants usage <id> [--period 24h] [--signal traces|metrics|logs]
  tenants services <id> [--period 24h] [--signal S] [--order-by bytes|items] [--limit N]
  tenants rejects <id> [--period 24h] [--signal S] [--limit N]
  turned-away [--period 24h] [--signal S|unknown] [--limit N]
  tiers get <tier>
  tiers put <tier> [--limit name=number|inherit]... [--dry-run]
  cells list
  cells create <name> [--service <ClickHouse service>] [--dedicated-to <tenant id>] [--dry-run]
  retention plan [--tenant <id>]
  audit [--tenant <id>] [--page-size N]

Options of every command:
  --url URL     the gateway; default $GOB_URL or http://127.0.0.1:9003
  --json        print the answer as JSON instead of YAML

The token of an administrator is taken from $GOB_ADMIN_TOKEN, or from $DATA_DIR/credentials.json (default ./data).
"put" changes what is named and keeps the rest; it is refused when somebody else changed the same meanwhile.
`;
