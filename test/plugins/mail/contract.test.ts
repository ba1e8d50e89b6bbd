// docs/contracts/mail.md names the test of each guarantee, and every test of the plugin belongs to one.
import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { textOf } from '../../docs/fenced.ts';
import { suite } from '../../support/suite.ts';

const test = suite('mail: contract');

test('the contract and the tests name each other', () => {
  const named = [...textOf('docs/contracts/mail.md').matchAll(/^ +- ([\w.-]+: .*)$/gm)].map(([, title]) => title ?? '');
  const folder = new URL('./', import.meta.url);
  const titles = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts') && file !== 'contract.test.ts')
    .flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ *\w+\(\s*(['`])(.*?)(?:: \$\{\w+\})?\1,/gm)].map(
        ([, , title]) => `${file.replace('.test.ts', '')}: ${title}`,
      ),
    );
  assert.ok(titles.length > 20);
  assert.equal([...new Set(named)].sort(), [...new Set(titles)].sort());
});
