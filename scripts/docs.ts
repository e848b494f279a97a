// `npm run docs`: writes docs/configuration.md from the settings in the code. A test fails when the two differ.
import { writeFileSync } from 'node:fs';
import { renderConfigurationPage } from './configuration-page.js';

writeFileSync('docs/configuration.md', renderConfigurationPage());
