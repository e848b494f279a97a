/** What a filter may cost before it reaches ClickHouse. Sizes are UTF-8 bytes. */
export const FILTER_LIMITS = {
  expressionCharacters: 4_096,
  /** Nesting of groups and negations. */
  depth: 20,
  /** Comparisons, existence tests and texts together. */
  leaves: 100,
  /** On the right side of one comparison. */
  values: 100,
  valueBytes: 1_024,
  nameBytes: 256,
  /** RE2 takes time linear in text and pattern, so pattern size and count bound its cost. */
  patternBytes: 256,
  patterns: 5,
  /** Each free text reads every attribute of every span in range. */
  texts: 10,
} as const;
