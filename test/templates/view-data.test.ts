// A template reads what its page gives, and a page gives what its template reads: as `ViewTypes` declares it.
import * as assert from 'uvu/assert';
import type { Context } from '../../core/request/context.ts';
import type { Views } from '../../core/request/views.ts';
import { suite } from '../support/suite.ts';
import { checkTemplates, ownTemplates } from './typed-templates.ts';

const test = suite('data of views');
const templates = ownTemplates();
const { problems, unread, declared } = checkTemplates(templates);

test('every template has declared data, and every declared view a template', () => {
  assert.ok(declared.length > 50);
  assert.equal([...declared].sort(), Object.keys(templates).sort());
});

test('a template reads only helpers and its declared data', () => {
  assert.equal(problems, []);
});

test('all declared data is read by a template', () => {
  assert.equal(unread, []);
});

test('the check finds missing and unused data at any depth', () => {
  const wrong = checkTemplates({
    ...templates,
    'admin/search': '<%= it.q %>\n<%= it?.words %>',
    'admin/filter': '<% const { filter, others } = it; %><%= filter.step %>',
    'admin/record-tabs': "<%- it.include('admin/panel', it, { block: 'section' }) %>",
  });
  const ends = ["'others' does not exist", "'step' does not exist", "'panel' is missing", "'words' does not exist"];
  assert.equal(
    wrong.problems.map((problem, at) => problem.includes(ends[at] ?? 'none')),
    [true, true, true, true],
  );
  assert.match(wrong.problems.at(-1) ?? '', /^admin\/search:2: /);
  for (const name of ['admin/search: tooLong', 'admin/search: groups.hits.detail', 'admin/filter: filter.optionsUrl'])
    assert.ok(wrong.unread.includes(name), name);
});

test('a page must pass the data of its view; undeclared views accept any data', () => {
  // The compiler checks it, so it need not run.
  const pages = (views: Views, ctx: Context) => {
    // @ts-expect-error: what the view reads is missing
    views.page(ctx, 'admin/search', { title: 'Search' });
    // @ts-expect-error: a page has a title
    views.page(ctx, 'layout/token', {});
    // @ts-expect-error: no template reads this
    views.page(ctx, 'layout/token', { title: 'Token', token: 'x' });
    // @ts-expect-error: of the wrong type
    views.partial('theme/switch', { action: '/', theme: 1 });
    views.page(ctx, 'nobody/knows', { anything: 1 });
    views.render('mail/welcome', { name: 'Ana' }, { locale: 'ar' });
  };
  assert.type(pages, 'function');
});
