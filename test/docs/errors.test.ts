// docs/errors.md is generated from the error catalogues.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { definedErrors, errorReference } from './error-reference.ts';

const test = suite('docs: errors');
const file = path.join(ROOT, 'docs/errors.md');

test('docs/errors.md matches the catalogues', async () => {
  const text = errorReference(await definedErrors());
  if (process.env.UPDATE_SNAPSHOT !== undefined) writeFileSync(file, text);
  assert.is(readFileSync(file, 'utf8'), text, 'Update it: UPDATE_SNAPSHOT=1 node test/run.ts docs/errors');
});
