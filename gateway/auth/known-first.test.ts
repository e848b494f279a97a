import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import {
  type AuthorizeResponse,
  AuthorizeResponseSchema,
} from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { knownFirst } from './known-first.js';

it('asks about those who are known although very many others are asked about', async () => {
  const open = new Set<(answer: AuthorizeResponse) => void>();
  const yes = create(AuthorizeResponseSchema, { projectId: 7n });
  const authorize = knownFirst((request) =>
    request.credential?.form?.value === 'known'
      ? Promise.resolve(yes)
      : new Promise((resolve) => void open.add(resolve)),
  );
  const ask = (value: string) => authorize({ credential: { form: { case: 'token', value } } });
  await ask('known');
  const strangers = Array.from({ length: 384 }, (_, index) => ask(`stranger ${index}`));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(open.size).toBe(128);
  await expect(ask('one more')).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
  expect(await ask('known')).toBe(yes);
  for (let round = 0; round < 4; round++) {
    for (const answer of open) answer(yes);
    await turn();
  }
  expect(await Promise.all(strangers)).toHaveLength(384);
});
