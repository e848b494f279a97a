import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderConfigurationPage } from '../scripts/configuration-page.js';

it('docs/configuration.md shows the settings as they are in the code (npm run docs writes it)', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(renderConfigurationPage());
});
