// Values in labels: wherever a label is shown, they are formatted as in lists.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { errorAt, mainOf, noticesOf, rowsOf, textOf, titleOf } from './page.ts';

/** One value of every type that a label can contain and that pages format. */
const LABEL = ['startsAt', 'day', 'opens', 'local', 'kind', 'paid', 'fee', 'seats', 'reach', 'share', 'name'] as const;
const Visit = defineModel('visit', {
  fields: {
    startsAt: field.timestamp({ nullable: true }),
    day: field.date({ nullable: true }),
    opens: field.time({ nullable: true }),
    local: field.localDateTime({ nullable: true }),
    kind: field.choice(['first', 'again'], { nullable: true, labels: { first: 'First visit', again: 'Follow-up' } }),
    paid: field.boolean({ nullable: true }),
    fee: field.money({ currency: 'GBP', nullable: true }),
    seats: field.integer({ nullable: true }),
    reach: field.bigint({ nullable: true }),
    share: field.decimal({ precision: 12, scale: 4, nullable: true }),
    name: field.text({ nullable: true }),
  },
  label: [...LABEL],
});
/** Its label is that of a visit. */
const Bill = defineModel('bill', {
  fields: { visit: field.belongsTo(() => Visit, { onDelete: 'restrict' }) },
  label: 'visit',
});
/** Its key is a time. */
const Slot = defineModel('slot', { fields: { at: field.timestamp() }, key: 'at', label: 'at' });
const Seat = defineModel('seat', {
  fields: { code: field.text(), number: field.integer() },
  key: 'code',
  label: 'number',
});
const Note = defineModel('note', {
  fields: {
    text: field.text(),
    visit: field.belongsTo(() => Visit, { nullable: true, onDelete: 'restrict' }),
    bill: field.belongsTo(() => Bill, { nullable: true, onDelete: 'restrict' }),
    slot: field.belongsTo(() => Slot, { nullable: true, onDelete: 'restrict' }),
    seat: field.belongsTo(() => Seat, { nullable: true, onDelete: 'restrict' }),
    visits: field.manyToMany(() => Visit, { through: () => NoteVisit }),
  },
  label: 'text',
});
const NoteVisit = defineModel('noteVisit', {
  fields: {
    note: field.belongsTo(() => Note, { onDelete: 'cascade' }),
    visit: field.belongsTo(() => Visit, { onDelete: 'restrict' }),
  },
  key: ['note', 'visit'],
  label: ['note', 'visit'],
});
const models = [Visit, Bill, Slot, Seat, Note, NoteVisit];
const admins = [
  defineAdmin(Visit, { list: [...LABEL] }),
  defineAdmin(Bill, { list: ['id', 'visit'] }),
  defineAdmin(Slot, {}),
  defineAdmin(Seat, {}),
  defineAdmin(Note, {
    list: ['text', 'visit', 'bill', 'slot', 'visits'],
    filters: ['visit', 'visits'],
    search: ['text'],
  }),
];

const WHOLE =
  '2026-11-21 02:29 · 2026-11-20 · 09:30 · 2026-11-20 10:44 · First visit · No · £12,345.60 · 12,345 · -9,876,543,210 · 1,234.5000 · Ada';
const STORED =
  '2026-11-20 20:44:05+00 · 2026-11-20 · 09:30:00 · 2026-11-20 10:44:05 · first · false · 12345.60 · 12345 · -9876543210 · 1234.5000 · Ada';
const SLOT = '2026-11-21 02:29';

async function open(locale: 'en-GB' | 'ar', timeZone: string): Promise<TestApp> {
  const desk = await testApp({ models, plugins: { admin: { admins } }, timeZone, locale });
  const write = run(desk);
  await write`insert into visit (starts_at, day, opens, local, kind, paid, fee, seats, reach, share, name) values
    ('2026-11-20 20:44:05+00', '2026-11-20', '09:30', '2026-11-20 10:44:05', 'first', false, 12345.6, 12345, -9876543210, 1234.5, 'Ada'),
    ('infinity', 'infinity', '09:30:15', null, 'again', true, 5, 5, 5, 5, null), (null, null, null, null, null, null, null, null, null, null, null)`;
  await write`insert into bill (visit_id) values (1)`;
  await write`insert into slot values ('2026-11-20 20:44:05+00')`;
  await write`insert into note (text, visit_id, bill_id, slot_at) values ('n', 1, 1, '2026-11-20 20:44:05+00')`;
  await write`insert into note_visit values (1, 1), (1, 2), (1, 3)`;
  return desk;
}

const test = suite('admin: values in labels');
{
  let desk: TestApp;
  let clerk: Client;
  test.before(async () => {
    desk = await open('en-GB', 'Asia/Kathmandu');
    clerk = await desk.signInAs('staff', permissionsFor(models));
  });
  test.after(async () => {
    assert.equal(desk.errors, []);
    await desk.close();
  });

  test('a label shows every value as the cells of the list do', async () => {
    const [cells = []] = rowsOf((await clerk.get('/admin/visits')).text).filter((row) => row.includes('Ada'));
    assert.is(cells.join(' · '), WHOLE);
    assert.match(titleOf((await clerk.get('/admin/visits/1')).text), WHOLE);
    assert.match(
      titleOf((await clerk.get('/admin/visits/2')).text),
      'infinity · infinity · 09:30:15 · Follow-up · Yes · £5.00 ·',
    );
    assert.match(titleOf((await clerk.get('/admin/visits/3')).text), /\b3\b/);
  });

  for (const path of [
    '/admin/notes',
    '/admin/notes/1',
    '/admin/notes/1/+edit',
    '/admin/bills',
    '/admin/bills/1',
    '/admin/bills/1/+edit',
    '/admin/visits/1/+edit',
    '/admin/visits/1/+delete',
    '/admin/notes?f.visit=1',
    '/admin/notes?f.visits=1',
    '/admin/+search?q=Ada',
    '/admin/notes/+new?visit=1',
  ])
    test(`${path}: relations, links, options, chips and headings show the same text`, async () => {
      const text = textOf((await clerk.get(path)).text) + (await clerk.get(path)).text.replaceAll('&#8239;', ' ');
      if (path !== '/admin/+search?q=Ada') assert.match(text, WHOLE.slice(0, 60));
      assert.not.match(text, '20:44', 'not in UTC');
      assert.not.match(text, '\u0001');
      if (path.startsWith('/admin/notes')) assert.not.match(text, STORED.slice(30));
    });

  test('the message about a change, and the link that follows it', async () => {
    const saved = await clerk.submit('/admin/visits/1/+edit', { seats: '12346' });
    assert.match(noticesOf((await clerk.get(saved.location)).text).join(), WHOLE.replace('· 12,345 ·', '· 12,346 ·'));
    await clerk.submit('/admin/visits/1/+edit', { seats: '12345' });
  });

  test('options are found by each word as it is shown, and numbers also without separators', async () => {
    const found = async (q: string) => {
      const { text } = await clerk.get(`/admin/notes/+options/visit?q=${encodeURIComponent(q)}`);
      return JSON.parse(text).options.map(({ value }: { readonly value: string }) => value);
    };
    for (const word of [
      ...WHOLE.split(' · ').flatMap((part) => part.split(' ')),
      '12345',
      '12345.60',
      '9876543210',
      '1234.5',
    ])
      assert.ok((await found(word)).includes('1'), word);
    assert.equal(await found(WHOLE), ['1'], 'the whole label');
    assert.equal(await found('2026-11-21'), ['1']);
    assert.equal(await found('02:29 Ada'), ['1']);
    assert.equal(await found('20:44'), [], 'not in UTC');
    assert.equal(await found('Yes'), ['2']);
    assert.equal(await found('follow-up'), ['2']);
    assert.equal(await found('£'), ['1', '2']);
    assert.equal(await found('x12,345'), []);
    const ofBills = JSON.parse((await clerk.get('/admin/notes/+options/bill?q=02:29+first')).text).options;
    assert.equal(ofBills, [{ value: '1', label: WHOLE }]);
  });

  test('a label that is entered as it is shown selects the row', async () => {
    for (const [name, label] of [
      ['visit', WHOLE],
      ['visit', WHOLE.toUpperCase()],
      ['bill', WHOLE],
      ['slot', SLOT],
    ] as const) {
      const saved = await clerk.submit('/admin/notes/1/+edit', {
        [name]: label,
        text: `${name} ${label}`.slice(0, 20),
      });
      assert.is(saved.status, 303, `${name}: ${label}`);
    }
    assert.equal(await run(desk)`select visit_id, bill_id, slot_at::text as slot_at from note`, [
      { visit_id: '1', bill_id: '1', slot_at: '2026-11-20 20:44:05+00' },
    ]);
    const wrong = await clerk.submit('/admin/notes/1/+edit', { visit: STORED });
    assert.match(errorAt(wrong.text, 'visit'), 'No visit matches');
  });

  test('a label that is part of thousands of other labels selects its row', async () => {
    const write = run(desk);
    await write`insert into seat select 'a' || n, 70000 + n from generate_series(1, 1500) n`;
    await write`insert into seat values ('z', 7)`;
    const saved = await clerk.submit('/admin/notes/1/+edit', { seat: '7' });
    assert.is(saved.status, 303, errorAt(saved.text, 'seat'));
    assert.equal(await write`select seat_code from note`, [{ seat_code: 'z' }]);
  });

  test('the audit trail copies labels as PostgreSQL writes their values, in UTC', async () => {
    await clerk.submit('/admin/visits/1/+edit', { seats: '12347' });
    await clerk.submit('/admin/visits/1/+edit', { seats: '12345' });
    const [entry] = await run(
      desk,
    )`select subject_label from rustio_audit where subject_model = 'visit' order by id desc limit 1`;
    assert.equal(entry, { subject_label: STORED });
    const administrator = await desk.signInAs('administrator');
    assert.match(textOf(mainOf((await administrator.get('/admin/audit')).text)), STORED);
    assert.match(textOf(mainOf((await administrator.get('/admin/visits/1/+history')).text)), WHOLE);
  });

  test('text that looks like a marked value is shown unchanged', async () => {
    const name = '\u0001visit.seats 12\u0002 \u0001nobody.x y\u0002 \u0001visit.constructor z\u0002';
    await run(desk)`insert into visit (name) values (${name})`;
    assert.is((await clerk.get('/admin/visits/4')).status, 200);
    assert.is((await clerk.get('/admin/notes/+options/visit?q=nobody')).status, 200);
  });
}

const arabic = suite('admin: values in labels, in Arabic');
{
  let desk: TestApp;
  let clerk: Client;
  arabic.before(async () => {
    desk = await open('ar', '+0545');
    clerk = await desk.signInAs('staff', permissionsFor(models));
  });
  arabic.after(async () => {
    assert.equal(desk.errors, []);
    await desk.close();
  });

  arabic('a label shows every value as the cells of the list do, and is found by what it shows', async () => {
    const [cells = []] = rowsOf((await clerk.get('/admin/visits')).text).filter((row) => row.includes('Ada'));
    const whole = cells.join(' · ');
    assert.match(whole, '2026-11-21 02:29');
    assert.match(whole, ' · لا · ');
    assert.match(textOf((await clerk.get('/admin/visits/1')).text), whole);
    assert.match(textOf((await clerk.get('/admin/notes')).text), whole);
    const found = async (q: string) =>
      JSON.parse((await clerk.get(`/admin/notes/+options/visit?q=${encodeURIComponent(q)}`)).text).options;
    const [option, ...more] = await found(whole);
    assert.equal(more, []);
    assert.is(textOf(option.label), whole);
    assert.equal((await found('نعم')).length, 1);
    assert.equal((await found('02:29')).length, 1, 'the time zone is an offset');
    const saved = await clerk.submit('/admin/notes/1/+edit', { visit: whole, text: 'typed' });
    assert.is(saved.status, 303, errorAt(saved.text, 'visit'));
  });
}
