/** Models of the tables in odd.sql: each with values for a new row, and a change of an existing one. */
import { field } from '../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../core/model/model.ts';

/** What the crawl does with the rows of a model. */
export interface Described {
  readonly model: AnyModel;
  /** Form values of a new row. */
  readonly add?: Readonly<Record<string, string>>;
  /** Form values that change the first row. */
  readonly change?: Readonly<Record<string, string>>;
}

const described = { managed: false } as const;
const view = { managed: false, readOnly: true } as const;
const optional = { nullable: true } as const;
const sizes = ['s', 'M-L', '<xl>', "it's"];

const Weird = defineModel('weird', {
  fields: {
    id: field.integer({ column: '$1' }),
    select: field.text({ column: 'select' }),
    ab: field.integer({ column: 'a?b', ...optional }),
    percent: field.text({ column: 'a%b', ...optional }),
    label: field.text({ column: '~label', ...optional }),
    version: field.text({ column: '~version', ...optional }),
    maker: field.text({ column: 'constructor', ...optional }),
    proto: field.text({ column: '__proto__', ...optional }),
    umlaut: field.text({ column: 'Ünï çödé 😀', ...optional }),
    t: field.text({ column: 't', ...optional }),
    p: field.text({ column: 'p', ...optional }),
    tableoid: field.text({ column: 'tableoid text', ...optional }),
    colon: field.text({ column: ':name', ...optional }),
    quote: field.text({ column: 'quote"d', ...optional }),
    backslash: field.text({ column: String.raw`back\slash`, ...optional }),
    single: field.text({ column: "single'quote", ...optional }),
    new: field.text({ column: 'new', ...optional }),
    user: field.text({ column: 'user', ...optional }),
    order: field.integer({ column: 'order', ...optional }),
  },
  key: 'id',
  label: 'select',
  table: 'Odd "Schema".we"ird $1',
  ...described,
});
const Person = defineModel('person', {
  fields: { group: field.text(), table: field.text(optional) },
  key: 'group',
  label: 'group',
  table: 'user',
  ...described,
});
const StockUser = defineModel('stockUser', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  table: 'stock.user',
  ...described,
});
const Composite = defineModel('composite', {
  fields: {
    active: field.boolean(),
    size: field.choice(sizes, { sqlType: 'size' }),
    amount: field.decimal(),
    day: field.date(),
    at: field.timestamp(),
    clock: field.time(),
    code: field.text({ sqlType: 'bpchar', max: 5 }),
    token: field.uuid(),
    note: field.text(optional),
  },
  key: ['active', 'size', 'amount', 'day', 'at', 'clock', 'code', 'token'],
  label: 'note',
  ...described,
});
const ByBig = defineModel('byBig', { fields: { id: field.bigint(), name: field.text() }, key: 'id', ...described });
const NoPrimary = defineModel('noPrimary', {
  fields: { a: field.integer(), b: field.text(optional), note: field.text(optional) },
  key: 'a',
  label: 'note',
  ...described,
});
const OnlyKey = defineModel('onlyKey', {
  fields: { code: field.text({ sqlType: 'citext' }) },
  key: 'code',
  label: 'code',
  ...described,
});
const Kept = defineModel('kept', {
  fields: { id: field.integer(), note: field.text(optional) },
  key: 'id',
  label: 'note',
  ...described,
});
const Numbered = defineModel('numbered', {
  fields: {
    id: field.decimal(),
    code: field.text(),
    since: field.localDateTime(),
    owner: field.belongsTo(() => ByBig, { column: 'owner' }),
    note: field.text(optional),
  },
  key: 'id',
  label: 'note',
  ...described,
});
const Line = defineModel('line', {
  fields: { order: field.integer(), line: field.integer(), note: field.text(optional) },
  key: ['order', 'line'],
  label: 'note',
  ...described,
});
const Event = defineModel('event', {
  fields: { id: field.integer(), region: field.text(), day: field.date(), note: field.text(optional) },
  key: ['id', 'region', 'day'],
  label: 'note',
  ...described,
});
const Moving = defineModel('moving', {
  fields: { id: field.integer(), state: field.choice(['open', 'done', 'gone']), note: field.text(optional) },
  key: 'id',
  label: 'note',
  ...described,
});
const Animal = defineModel('animal', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Dog = defineModel('dog', {
  fields: { id: field.integer(), name: field.text(), breed: field.text(optional) },
  key: 'id',
  ...described,
});
const Typed = defineModel('typed', {
  fields: {
    id: field.identity(),
    mail: field.text({ sqlType: 'citext', ...optional }),
    short: field.text({ ...optional }),
    shorter: field.text({ default: 'x' }),
    size: field.choice(sizes, { sqlType: 'size', ...optional }),
    sized: field.choice(sizes, { sqlType: 'size', ...optional }),
    again: field.choice(sizes, { sqlType: 'size', ...optional }),
    name: field.text(optional),
    single: field.text(optional),
    padded: field.text({ sqlType: 'bpchar', max: 5, ...optional }),
    loose: field.text(optional),
    positive: field.decimal(optional),
    small: field.integer(optional),
    tags: field.array(field.text(), optional),
    sizes: field.array(field.choice(sizes), optional),
    codes: field.array(field.text(), optional),
    citexts: field.array(field.text(), optional),
    smalls: field.array(field.integer(), optional),
    bigs: field.array(field.integer(), optional),
    sizedList: field.array(field.choice(sizes), optional),
    stored: field.integer({ readOnly: true, ...optional }),
    computed: field.integer({ readOnly: true, ...optional }),
  },
  label: 'id',
  ...described,
});
const view2 = { id: field.integer(), name: field.text() };
const PlainView = defineModel('plainView', { fields: view2, key: 'id', ...view });
const Joined = defineModel('joined', {
  fields: {
    id: field.integer({ column: 'Id' }),
    name: field.text({ column: 'Full Name' }),
    nothing: field.decimal(optional),
  },
  key: 'id',
  ...view,
});
const Checked = defineModel('checked', { fields: view2, key: 'id', ...described });
const Instead = defineModel('instead', { fields: view2, key: 'id', ...described });
const Filled = defineModel('filled', { fields: view2, key: 'id', ...view });
const Grouped = defineModel('grouped', {
  fields: { region: field.text({ column: 'Region' }), n: field.bigint() },
  key: 'region',
  label: 'region',
  ...view,
});
const Listed = defineModel('listed', { fields: view2, key: 'id', ...view });
const Foreign = defineModel('foreignRow', { fields: view2, key: 'id', ...described });
const Tree = defineModel('tree', {
  fields: {
    id: field.integer(),
    name: field.text(),
    parent: field.belongsTo(() => Tree, { column: 'parent', onDelete: 'cascade', ...optional }),
  },
  key: 'id',
  ...described,
});
const One = defineModel('one', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const OneMore = defineModel('oneMore', {
  fields: { one: field.belongsTo(() => One, { column: 'id', onDelete: 'cascade' }), note: field.text(optional) },
  key: 'one',
  label: 'note',
  ...described,
});
const OneMoreStill = defineModel('oneMoreStill', {
  fields: { more: field.belongsTo(() => OneMore, { column: 'id', onDelete: 'cascade' }), note: field.text(optional) },
  key: 'more',
  label: 'note',
  ...described,
});
const Audited = defineModel('audited', {
  fields: {
    id: field.integer(),
    name: field.text(),
    touched: field.integer({ default: 0 }),
    changedAt: field.localDateTime({ readOnly: true, nullable: true }),
  },
  key: 'id',
  ...described,
});
const Renumbered = defineModel('renumbered', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  ...described,
});
const Booking = defineModel('booking', {
  fields: { id: field.integer(), room: field.integer(), nights: field.integer(optional) },
  key: 'id',
  label: 'room',
  ...described,
});

export const odd: readonly Described[] = [
  {
    model: Weird,
    add: { id: '7', select: 'seven', quote: '"', proto: 'x' },
    change: { percent: '$1 ? %s', backslash: '\\' },
  },
  { model: Person, add: { group: 'new/one', table: 'x' }, change: { table: 'changed' } },
  { model: StockUser, add: { id: '2', name: 'x' }, change: { name: 'changed' } },
  {
    model: Composite,
    add: {
      active: 'true',
      size: 'M-L',
      amount: '10',
      day: '2024-01-01',
      at: '2024-01-01T10:00',
      clock: '10:00',
      code: 'x',
      token: '00000000-0000-0000-0000-000000000009',
    },
    change: { note: 'changed' },
  },
  { model: ByBig, add: { id: '5', name: 'x' }, change: { name: 'changed' } },
  { model: NoPrimary, add: { a: '5', b: '' }, change: { b: 'changed' } },
  { model: OnlyKey, add: { code: 'New' } },
  { model: Kept, add: { id: '5', note: 'x' }, change: { note: 'changed' } },
  { model: Numbered, add: { note: 'x' }, change: { note: 'changed' } },
  { model: Line, add: { order: '1', note: 'x' }, change: { note: 'changed' } },
  { model: Event, add: { id: '9', region: 'us', day: '2024-05-05', note: 'x' }, change: { note: 'changed' } },
  { model: Moving, add: { id: '9', state: 'open', note: 'x' }, change: { state: 'done' } },
  { model: Animal, add: { id: '9', name: 'x' }, change: { name: 'changed' } },
  { model: Dog, add: { id: '10', name: 'x' }, change: { breed: 'changed' } },
  {
    model: Typed,
    add: { mail: 'b@example.org', sized: '<xl>', again: 's', tags: 'a\nb', codes: 'x', smalls: '3' },
    change: { mail: 'ada@example.org', single: 'x', sized: 's', again: 's', size: 's', bigs: '2', positive: '3' },
  },
  { model: PlainView },
  { model: Joined },
  { model: Checked, add: { id: '50', name: 'x' }, change: { name: 'changed by a view' } },
  { model: Instead, add: { id: '51', name: 'x' }, change: { name: 'changed by a trigger' } },
  { model: Filled },
  { model: Grouped },
  { model: Listed },
  { model: Foreign, add: { id: '50', name: 'x' }, change: { name: 'changed' } },
  { model: Tree, add: { id: '50', name: 'x', parent: '1' }, change: { parent: '2' } },
  { model: One, add: { id: '50', name: 'x' }, change: { name: 'changed' } },
  { model: OneMore, add: { one: '2', note: 'x' }, change: { note: 'changed' } },
  { model: OneMoreStill, add: { more: '2', note: 'x' }, change: { note: 'changed' } },
  { model: Audited, add: { id: '50', name: 'x' }, change: { name: 'changed' } },
  { model: Renumbered, add: { id: '50', name: 'x' }, change: { name: 'changed' } },
  { model: Booking, add: { id: '50', room: '5', nights: '5' }, change: { room: '7' } },
];
