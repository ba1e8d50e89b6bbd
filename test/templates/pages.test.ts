import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { HOSTILE, renderPage, samplePages, viewNames } from './sample-pages.ts';

const test = suite('pages');
const pages = Object.entries(samplePages).flatMap(([name, { view, data, bare = false }]) =>
  ['en', 'ar'].map((locale) => ({ name: `${name} (${locale})`, html: renderPage(view, data, { locale, bare }) })),
);

/** Opening tags with their attributes, as text. */
const tagsOf = (html: string): readonly string[] => html.match(/<[a-z][^>]*>/g) ?? [];
const attribute = (tag: string, name: string): string | undefined => tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];

test('what people typed is shown as text, never as markup', () => {
  for (const { name, html } of pages) {
    assert.not(html.includes('<img'), `${name} lets an element through`);
    assert.not(html.includes(HOSTILE), `${name} lets quotes through`);
  }
  assert.ok(pages.filter(({ html }) => html.includes('&lt;img')).length > 15);
});

test('no page has an inline script, an inline style or an event attribute', () => {
  for (const { name, html } of pages) {
    assert.not.match(html, /<style|<script(?![^>]*\ssrc=)|javascript:/, name);
    for (const tag of tagsOf(html)) assert.not.match(tag.replaceAll(/"[^"]*"/g, '""'), /\s(?:style|on\w+)=/, name);
  }
});

test('no page shows the key of a word in its place', () => {
  for (const { name, html } of pages) {
    const text = html.replaceAll(/<[^>]*>/g, ' ');
    assert.not.match(text, /\b(?:admin|layout|value|problem)\.[a-z]\w*/, name);
  }
});

test('no value turns up as undefined, null or an object', () => {
  for (const { name, html } of pages) assert.not.match(html, /undefined|\[object|>null<|"null"|NaN/, name);
});

test('every id is there once, and what refers to one finds it', () => {
  for (const { name, html } of pages) {
    const tags = tagsOf(html);
    const ids = tags.flatMap((tag) => attribute(tag, 'id') ?? []);
    assert.equal(ids, [...new Set(ids)], name);
    const wanted = tags.flatMap((tag) => [
      ...(attribute(tag, 'for')?.split(' ') ?? []),
      ...(attribute(tag, 'aria-describedby')?.split(' ') ?? []),
      ...(attribute(tag, 'aria-labelledby')?.split(' ') ?? []),
      ...(attribute(tag, 'href')
        ?.match(/^#(.+)$/)
        ?.slice(1) ?? []),
    ]);
    assert.equal(
      wanted.filter((id) => !ids.includes(id)),
      [],
      name,
    );
  }
});

test('every form that is posted carries the token', () => {
  let posted = 0;
  for (const { name, html } of pages) {
    for (const form of html.match(/<form[^>]*method="post"[\s\S]*?<\/form>/g) ?? []) {
      posted += 1;
      assert.match(form, /<input type="hidden" name="~token" value="TOKEN">/, name);
    }
  }
  assert.ok(posted > 3, `${posted} forms`);
});

test('elements are closed in the order in which they were opened', () => {
  const empty = new Set(['meta', 'link', 'input', 'img', 'br', 'hr']);
  for (const { name, html } of pages) {
    const open: string[] = [];
    for (const [, close, tag = ''] of html.matchAll(/<(\/?)([a-z][\w-]*)[^>]*>/g)) {
      if (close === '/') assert.is(open.pop(), tag, name);
      else if (!empty.has(tag)) open.push(tag);
    }
    assert.equal(open, [], name);
  }
});

test('a box that is not ticked and a list that was emptied can be told from fields that were not in the form', () => {
  const html = renderPage('admin/form', samplePages.form?.data ?? {});
  assert.match(html, /name="military~"/);
  assert.match(html, /name="labels~"/);
});

test('a delete that is blocked offers no button to delete', () => {
  const html = renderPage('admin/delete', samplePages['delete that is blocked']?.data ?? {});
  assert.not.match(html, /button-danger|name="~form"/);
});

test('every view is shown by one of these pages', () => {
  const shown = new Set(Object.values(samplePages).map(({ view }) => view));
  const whole = viewNames.filter((name) =>
    /^admin\/(?!fields\/|field$|filter$|combobox$|small-table$|record-tabs$|record-head$|panel$|search-field$)/.test(
      name,
    ),
  );
  assert.ok(whole.length >= 6);
  assert.equal(
    whole.filter((name) => !shown.has(name)),
    [],
  );
});
