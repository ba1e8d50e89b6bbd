// The problems that users see when a CHECK on the column of a choice rejects their value.
import * as assert from 'uvu/assert';
import { suite } from '../../support/suite.ts';
import { person, run } from '../query/fixture.ts';
import { context, openWriteFixture, resultOf, type WriteFixture } from './write-fixture.ts';

const test = suite('CHECKs on a choice');
let fixture: WriteFixture;
test.before(async () => {
  fixture = await openWriteFixture();
  await run(fixture.database)`
    create function no_chief() returns trigger language plpgsql as $$
    begin
      if new.level = 'chief' then
        raise check_violation using column = 'level', table = 'person', constraint = 'one_chief_only';
      end if;
      return new;
    end $$
  `;
  await run(fixture.database)`create trigger no_chief before insert on person for each row execute function no_chief()`;
  await run(fixture.database)`alter table person drop constraint person_level_choice`;
  await run(fixture.database)`alter table person add constraint person_level_choice check (level <> 'senior')`;
});
test.after(() => fixture.close());

const create = (level: string) =>
  fixture.change((tx) => fixture.write().createAny(tx, context, person, { name: 'Dan', level })).then(resultOf);

test('violating the CHECK of the choice itself: the value is not one of the choices', async () => {
  assert.equal(await create('senior'), ['level: problem.choice']);
});

test('violating any other CHECK: the database does not accept the value', async () => {
  assert.equal(await create('chief'), ['level: problem.ruleName']);
});
