-- step: create_moves
-- The last move of each tenant between cells. Rank is the mover's fencing number plus a count: what a former leader writes late
-- loses. MoveId is when the move was asked for, in milliseconds since 1970, and names it.
CREATE TABLE IF NOT EXISTS {database}.moves {on_cluster} (
  TenantId UInt32,
  MoveId UInt64,
  FromCell String,
  ToCell String,
  Step LowCardinality(String),
  RowsTotal UInt64,
  RowsCopied UInt64,
  LastError String,
  Actor String,
  StepAt DateTime64(3, 'UTC'),
  Rank UInt64,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(Rank)}
ORDER BY TenantId
SETTINGS {settings}

-- step: create_move_aborts
-- Moves that are to be taken back: apart from the moves, so that the mover and whoever asks for it never overwrite each other.
CREATE TABLE IF NOT EXISTS {database}.move_aborts {on_cluster} (
  TenantId UInt32,
  MoveId UInt64,
  Actor String,
  UpdatedAt DateTime64(3, 'UTC')
) ENGINE = {engine:ReplacingMergeTree}
ORDER BY (TenantId, MoveId)
SETTINGS {settings}
