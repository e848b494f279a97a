import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../lib/errors/app-error.js';
import { inParameterNames, PARAMETER_OF } from './parameter-names.js';

describe('names of parameters', () => {
  it('stand for every field of a message that query refuses by name', () => {
    const sources = readdirSync('services/query', { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const fields = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/'((?:selection|grouping|attribute|filter)\.[a-z_]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(fields.length).toBeGreaterThan(20);
    expect(fields.filter((field) => PARAMETER_OF[field] === undefined)).toEqual([]);
  });

  it('take the place of the field, and change no other error', () => {
    const refusal = new AppError('invalid_argument', 'selection.filters has 33 members.', {
      field: 'selection.filters',
    });
    expect(inParameterNames(refusal)).toMatchObject({
      ...{ code: 'invalid_argument', field: 'attrs', message: 'attrs has 33 members.' },
    });
    const other = new AppError('unavailable', 'name it later', { field: 'constructor', retryAfterMs: 5 });
    expect(inParameterNames(other)).toBe(other);
  });
});
