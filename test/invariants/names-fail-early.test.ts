// Invariant 6: wrong names prevent startup, all at once, with suggestions. That the compiler rejects the same
// names is tested with the types of models; this is for projects in plain JavaScript, or with a cast.
import * as assert from 'uvu/assert';
import { type AdminOptions, type Config, defineAdmin, defineModel, field } from '../../index.ts';
import { bootProblemsOf } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { Author, Book } from './library.ts';

const test = suite('invariant: names fail early');
type BookOptions = AdminOptions<(typeof Book)['fields'], string>;

function booksWith(options: object): Partial<Config> {
  // The error that types prevent.
  return { models: [Author, Book], plugins: { admin: { admins: [defineAdmin(Book, options as BookOptions)] } } };
}

test('all wrong names in the options of an admin are reported together, with location and suggestion', async () => {
  const details = await bootProblemsOf(
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
    'admin of book: list: The model book has no field "titel". Did you mean "title"?',
    'admin of book: filters: The model book has no field "autor". Did you mean "author"?',
    'admin of book: search: The model book has no field "titel". Did you mean "title"?',
    'admin of book: search: The model author has no field "nam". Did you mean "name"?',
    'admin of book: search: "author.name.first": use at most one dot, after a belongsTo field of this model.',
    'admin of book: order: The model book has no field "page". Did you mean "pages"?',
    'admin of book: fieldsets: The model book has no field "titel". Did you mean "title"?',
    'admin of book: fieldsets: "pages" is listed twice.',
    'admin of book: readOnly: The model book has no field "page". Did you mean "pages"?',
    'admin of book: There is no option "filter". Did you mean "filters"?',
  ];
  for (const line of expected) assert.ok(details.includes(line), `${line}\n    in\n    ${details.join('\n    ')}`);
  assert.ok(details.some((line) => line.startsWith('admin of book: size: 100000')));
});

test('a computed column cannot hide a field', async () => {
  assert.equal(await bootProblemsOf(booksWith({ computed: { pages: { label: 'Pages', value: () => 1 } } })), [
    'admin of book: computed: "pages" has the same name as a field.',
  ]);
});

test('an admin of an unknown model, or a second one for a model, prevents startup', async () => {
  assert.equal(await bootProblemsOf({ plugins: { admin: { admins: [defineAdmin(Author, {})] } } }), [
    'admin of author: The model is not in `models` of the config.',
  ]);
  assert.equal(
    await bootProblemsOf({
      models: [Author],
      plugins: { admin: { admins: [defineAdmin(Author, {}), defineAdmin(Author, {})] } },
    }),
    ['admin of author: The model already has an admin.'],
  );
});

test('all wrong names in models are reported together', async () => {
  const Shelf = defineModel('shelf', {
    fields: { code: field.text(), room: field.integer() },
    key: 'cod' as 'code',
    label: 'naem' as 'code',
    unique: [['code', 'rom' as 'room']],
  });
  const details = (await bootProblemsOf({ models: [Shelf] })).join('\n');
  for (const name of ['cod', 'naem', 'rom']) assert.match(details, `"${name}"`);
  assert.match(details, 'Did you mean "code"?');
  assert.match(details, 'Did you mean "room"?');
});

test('an unknown option of a model prevents startup', async () => {
  const misspelled = { fields: { name: field.text() }, tabel: 'purchase_order' };
  assert.equal(await bootProblemsOf({ models: [defineModel('order', misspelled)] }), [
    'model order: There is no option "tabel". Did you mean "table"?',
  ]);
});

test('two models with the same name, table or slug prevent startup', async () => {
  const one = defineModel('loan', { fields: { name: field.text() } });
  const sameName = defineModel('loan', { fields: { name: field.text() }, table: 'other', slug: 'other' });
  const sameTable = defineModel('lending', { fields: { name: field.text() }, table: 'loan' });
  const sameAddress = defineModel('borrowing', { fields: { name: field.text() }, slug: 'loans' });
  assert.ok((await bootProblemsOf({ models: [one, sameName] })).length > 0);
  assert.match((await bootProblemsOf({ models: [one, sameTable] })).join(), 'loan');
  assert.match((await bootProblemsOf({ models: [one, sameAddress] })).join(), 'loans');
});

test('a model whose slug is the page of a plugin prevents startup, and the error names both owners', async () => {
  const Trail = defineModel('trail', { fields: { name: field.text() }, slug: 'audit' });
  assert.equal(await bootProblemsOf({ models: [Trail] }), [
    'model trail of project: Its slug "audit" conflicts with a page of the plugin audit (/admin/audit). Give the model another `slug`.',
  ]);
});
