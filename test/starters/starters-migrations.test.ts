import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { diff } from '../../core/migrate/diff.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { readSnapshot } from '../../core/migrate/snapshot-file.ts';
import { buildModels } from '../../core/model/resolve.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { models as blank } from '../../starters/blank/models.ts';
import { models as strikes } from '../../starters/strikes/models.ts';
import { suite } from '../support/suite.ts';

const test = suite('the migrations of the starters');

for (const [starter, models] of Object.entries({ blank, strikes })) {
  test(`a new project from "${starter}" has no pending schema changes`, async () => {
    const built = buildModels([
      ...builtIn.flatMap(({ name, models: own = [] }) => own.map((model) => ({ owner: name, model }))),
      ...models.map((model) => ({ owner: 'project', model })),
    ]);
    assert.equal(built.problems, []);
    const file = fileURLToPath(new URL(`../../starters/${starter}/migrations/snapshot.json`, import.meta.url));
    const snapshot = await readSnapshot(file);
    if (snapshot === undefined) throw new Error(`${file} is missing.`);
    assert.equal(diff(snapshot, buildSnapshot(built.models.all)), []);
  });
}
