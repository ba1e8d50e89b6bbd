// Law 6: a wrong name stops the boot with all others, and says which one was perhaps meant. That the compiler refuses the same
// names is tested beside the types of models; here is what a project in plain JavaScript, or one with a cast, meets.
import * as assert from 'uvu/assert';
import { type AdminOptions, type Config, defineAdmin, defineModel, field } from '../../index.ts';
import { testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { Author, Book } from './library.ts';

const test = suite('law: names fail early');
type BookOptions = AdminOptions<(typeof Book)['fields'], string>;

async function problemsOf(config: Partial<Config>): Promise<readonly string[]> {
  const error = await rustioFailureOf(testApp(config));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  return error.details;
}

function booksWith(options: object): Partial<Config> {
  // The very mistake that types prevent.
  return { models: [Author, Book], plugins: { admin: { admins: [defineAdmin(Book, options as BookOptions)] } } };
}

test('a wrong name in any option of an admin: all are told at once, each with its place and what was perhaps meant', async () => {
  const details = await problemsOf(
    booksWith({
      list: ['titel', 'author'],
      filters: ['autor', 'title'],
      search: ['titel', 'author.nam', 'author.name.first'],
      order: ['-page', 'title'],
      fieldsets: [{ title: 'Book', fields: ['titel', 'pages', 'pages'] }],
      readOnly: ['page'],
      size: 100_000,
      filter: ['author'],
    }),
  );
  const expected = [
    'admin of book: list: book has no field "titel". Did you mean "title"?',
    'admin of book: filters: book has no field "autor". Did you mean "author"?',
    'admin of book: search: book has no field "titel". Did you mean "title"?',
    'admin of book: search: author has no field "nam". Did you mean "name"?',
    'admin of book: search: "author.name.first": only one dot can stand in it, after a relation that this row holds.',
    'admin of book: order: book has no field "page". Did you mean "pages"?',
    'admin of book: fieldsets: book has no field "titel". Did you mean "title"?',
    'admin of book: fieldsets: "pages" stands in two places.',
    'admin of book: readOnly: book has no field "page". Did you mean "pages"?',
    'admin of book: there is no option "filter". Did you mean "filters"?',
  ];
  for (const line of expected) assert.ok(details.includes(line), `${line}\n    in\n    ${details.join('\n    ')}`);
  assert.ok(details.some((line) => line.startsWith('admin of book: size: 100000')));
});

test('a computed column may not hide a field', async () => {
  assert.equal(await problemsOf(booksWith({ computed: { pages: { label: 'Pages', value: () => 1 } } })), [
    'admin of book: computed: "pages" hides the field of that name.',
  ]);
});

test('an admin of a model that the application does not know, or a second one, stops the boot', async () => {
  assert.equal(await problemsOf({ plugins: { admin: { admins: [defineAdmin(Author, {})] } } }), [
    'admin of author: the model is not in `models` of the config.',
  ]);
  assert.equal(
    await problemsOf({
      models: [Author],
      plugins: { admin: { admins: [defineAdmin(Author, {}), defineAdmin(Author, {})] } },
    }),
    ['admin of author: the model has an admin already.'],
  );
});

test('wrong names inside models are told together, too', async () => {
  const Shelf = defineModel('shelf', {
    fields: { code: field.text(), room: field.integer() },
    key: 'cod' as 'code',
    label: 'naem' as 'code',
    unique: [['code', 'rom' as 'room']],
  });
  const details = (await problemsOf({ models: [Shelf] })).join('\n');
  for (const name of ['cod', 'naem', 'rom']) assert.match(details, `"${name}"`);
  assert.match(details, 'Did you mean "code"?');
  assert.match(details, 'Did you mean "room"?');
});

test('an option that a model does not have stops the boot: without its table it would be another model', async () => {
  const misspelt = { fields: { name: field.text() }, tabel: 'purchase_order' };
  assert.equal(await problemsOf({ models: [defineModel('order', misspelt)] }), [
    'model order: There is no option "tabel". Did you mean "table"?',
  ]);
});

test('two models that would share a name, a table or an address stop the boot', async () => {
  const one = defineModel('loan', { fields: { name: field.text() } });
  const sameName = defineModel('loan', { fields: { name: field.text() }, table: 'other', slug: 'other' });
  const sameTable = defineModel('lending', { fields: { name: field.text() }, table: 'loan' });
  const sameAddress = defineModel('borrowing', { fields: { name: field.text() }, slug: 'loans' });
  assert.ok((await problemsOf({ models: [one, sameName] })).length > 0);
  assert.match((await problemsOf({ models: [one, sameTable] })).join(), 'loan');
  assert.match((await problemsOf({ models: [one, sameAddress] })).join(), 'loans');
});

test('a model whose address is a page of a plugin stops the boot, and both owners are named', async () => {
  const Trail = defineModel('trail', { fields: { name: field.text() }, slug: 'audit' });
  assert.equal(await problemsOf({ models: [Trail] }), [
    'model trail of project: its slug "audit" is a page of the plugin audit (/admin/audit). Give the model another `slug`.',
  ]);
});
