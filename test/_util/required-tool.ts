import { describe } from 'vitest';

/**
 * `describe` for tests that need a tool outside npm. Without the tool they are skipped under a name that says which; where
 * REQUIRE_TOOLS is set they run and fail, so that a build machine cannot skip them unnoticed.
 */
export function describeWithTool(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined || process.env.REQUIRE_TOOLS) describe(name, body);
  else describe.skip(`${name} (${missing})`, body);
}
