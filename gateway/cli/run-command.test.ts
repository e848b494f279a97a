import { expect, it } from 'vitest';
import { runCommand } from './run-command.js';
import { USAGE } from './usage.js';

const asked: string[] = [];
const run = (...argv: string[]) =>
  runCommand(argv, {
    env: { GOB_ADMIN_TOKEN: 'x' },
    readFile: () => expect.unreachable(),
    fetch: async (url) => {
      asked.push(String(url));
      return new Response('{}');
    },
  });

it('shows what there is when nothing is asked, and to whoever asks for help', async () => {
  expect(await run()).toBe(USAGE);
  expect(await run('tenants', 'delete', '42', '--help')).toBe(USAGE);
});

it.each([
  [['tenants', 'delete', '42', '43'], '"tenants delete" is about one thing at a time; what is "43"?'],
  [['audit', '42'], '"audit" is about one thing at a time; what is "42"?'],
  [['tenants', 'remove', '42'], 'There is no command "tenants remove 42".'],
  [['tenants', 'delete'], 'The command lacks what it is about.'],
  [['tenants', 'list', '--wrong'], "Unknown option '--wrong'"],
  [
    ['cells', 'create', 'big', '--dedicated-to', 'acme'],
    '--dedicated-to: expected the id of a tenant, got "acme".',
  ],
])('does nothing of %j', async (argv, message) => {
  await expect(run(...argv)).rejects.toThrow(message);
  expect(asked).toEqual([]);
});
