// What a CHECK on the column of a choice means to the person who filled in the form.
import * as assert from 'uvu/assert';
import { suite } from '../../support/suite.ts';
import { person, run } from '../query/world.ts';
import { cause, type Desk, mistakes, openDesk } from './desk.ts';

const test = suite('CHECKs on a choice');
let desk: Desk;
test.before(async () => {
  desk = await openDesk();
  await run(desk.database)`
    create function no_chief() returns trigger language plpgsql as $$
    begin
      if new.level = 'chief' then
        raise check_violation using column = 'level', table = 'person', constraint = 'one_chief_only';
      end if;
      return new;
    end $$
  `;
  await run(desk.database)`create trigger no_chief before insert on person for each row execute function no_chief()`;
  await run(desk.database)`alter table person drop constraint person_level_choice`;
  await run(desk.database)`alter table person add constraint person_level_choice check (level <> 'senior')`;
});
test.after(() => desk.close());

const create = (level: string) =>
  desk.change((tx) => desk.write().createAny(tx, cause, person, { name: 'Dan', level })).then(mistakes);

test('the one that keeps it to its values says so', async () => {
  assert.equal(await create('senior'), ['level: problem.choice']);
});

test('any other one says that the database does not accept the value', async () => {
  assert.equal(await create('chief'), ['level: problem.refused']);
});
