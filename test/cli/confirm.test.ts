import * as assert from 'uvu/assert';
import { type Confirmation, confirm } from '../../cli/confirm.ts';
import { suite } from '../support/suite.ts';

const test = suite('confirmation');

async function outcome(options: Partial<Confirmation>): Promise<string> {
  const lines: string[] = [];
  const confirmation: Confirmation = {
    lines: ['every row of person'],
    url: 'postgres://app@db.example/desk%20one?sslmode=require',
    production: false,
    yes: false,
    rejection: () => new Error('rejected'),
    ask: async (question) => {
      lines.push(question);
      return undefined;
    },
    print: (line) => lines.push(line),
    ...options,
  };
  try {
    await confirm(confirmation);
    return ['confirmed', ...lines].join('|');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error), ...lines].join('|');
  }
}
const answer = (text: string) => ({ ask: async () => text });

test('without a terminal, only --yes confirms', async () => {
  assert.is(await outcome({}), 'rejected|every row of person|Type the name of the database (desk one) to continue:');
  assert.is(await outcome({ yes: true }), 'confirmed');
});

test('on a terminal, only the name of the database confirms', async () => {
  assert.match(await outcome(answer('desk one')), /^confirmed/);
  for (const text of ['y', 'yes', '', 'desk']) assert.match(await outcome(answer(text)), /^No changes were made/, text);
});

test('in production, only --yes confirms, and there is no prompt (F4)', async () => {
  assert.is(await outcome({ production: true, ...answer('desk one') }), 'rejected');
  assert.is(await outcome({ production: true, yes: true }), 'confirmed');
});
