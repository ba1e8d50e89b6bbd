// Fields declare whether the audit trail may contain their values.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { sql, z } from '../../../index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

/** `iban` and `code` do not sound secret, `pin` does. */
const Contact = defineModel('contact', {
  fields: {
    name: field.text({ max: 100 }),
    iban: field.text({ max: 40, secret: true, nullable: true }),
    codes: field.array(field.text({ max: 20 }), { secret: true, default: [] }),
    known: field.boolean({ secret: true, default: false }),
    extra: field.json(z.unknown(), { secret: true, nullable: true }),
    pin: field.text({ max: 10, secret: false, default: '' }),
    apiKey: field.text({ max: 40, default: '' }),
  },
});

const test = suite('audit: secret fields');
const cli = commandAuditContext();
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [Contact] });
});
test.after(() => desk.close());

const entryRow = sql.type(z.object({ before: z.unknown(), after: z.unknown() }));
const lastEntry = () =>
  desk.app.database.one(entryRow`
    select before, after from rustio_audit where subject_model = 'contact' order by id desc limit 1
  `);

test('the values of fields that are declared secret are not recorded, whatever their name', async () => {
  const values = {
    name: 'Ana',
    iban: 'DE02120300000000202051',
    codes: ['red'],
    known: true,
    extra: { a: 1 },
    pin: '4711',
    apiKey: 'k-1',
  };
  const added = await desk.app.database.transaction((tx) => desk.app.write.create(tx, cli, Contact, values));
  if (added.outcome !== 'done') throw new Error(added.outcome);
  const { after } = await lastEntry();
  assert.equal(after, {
    id: 1,
    name: 'Ana',
    iban: '<redacted>',
    codes: '<redacted>',
    known: '<redacted>',
    extra: '<redacted>',
    // Declared harmless, although its name is that of a secret.
    pin: '4711',
    // Without a declaration, the name decides.
    apiKey: '<redacted>',
  });
  await desk.app.database.transaction((tx) =>
    desk.app.write.update(tx, cli, Contact, added.key, { iban: null, codes: ['blue'], known: false }),
  );
  assert.equal(await lastEntry(), {
    before: { iban: '<redacted>', codes: '<redacted>', known: '<redacted>' },
    after: { iban: null, codes: '<redacted>', known: '<redacted>' },
  });
  await desk.app.database.transaction((tx) => desk.app.write.remove(tx, cli, Contact, added.key));
  const text = JSON.stringify(
    await desk.app.database.any(entryRow`select before, after from rustio_audit where subject_model = 'contact'`),
  );
  for (const secret of ['DE0212', 'red"', 'blue', '"a":1', 'k-1']) assert.not.match(text, secret);
});

test('attack: a secret field cannot be part of the label, which the trail contains in plain text', async () => {
  const Locker = defineModel('locker', { fields: { number: field.text({ secret: true }) }, label: 'number' });
  const failure = await failureOf(testApp({ models: [Locker] }));
  assert.match(JSON.stringify(failure), 'is secret, so it cannot label rows');
});
