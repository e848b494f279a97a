import { z } from 'zod';

/** A number of items per answer, as text. */
export const pageSize = z.string().regex(/^0*[1-9]\d{0,8}$/, 'expected a number from 1 on');
