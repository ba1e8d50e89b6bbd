import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { HOSTILE, renderPage, type SamplePage, samplePages, viewNames } from './sample-pages.ts';

const test = suite('sample pages');
const samples: readonly (readonly [name: string, SamplePage])[] = Object.entries(samplePages);
const pages = samples.flatMap(([name, page]) =>
  ['en', 'ar'].map((locale) => ({ name: `${name} (${locale})`, html: renderPage(page, locale) })),
);

/** Opening tags with their attributes, as text. */
const tagsOf = (html: string): readonly string[] => html.match(/<[a-z][^>]*>/g) ?? [];
const attribute = (tag: string, name: string): string | undefined => tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];

test('user input is shown as text, never as markup', () => {
  for (const { name, html } of pages) {
    assert.not(html.includes('<img'), `${name} lets an element through`);
    assert.not(html.includes(HOSTILE), `${name} lets quotes through`);
  }
  assert.ok(pages.filter(({ html }) => html.includes('&lt;img')).length > 15);
});

test('without escaping, templates insert only other templates and what field types have rendered', () => {
  const folder = path.resolve(import.meta.dirname, '../../templates');
  const inserted = globSync('**/*.ejs', { cwd: folder }).flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/<%-(.*?)%>/gs)].map(([, text = '']) => text.trim()),
  );
  assert.ok(inserted.length > 50, String(inserted.length));
  // `attributes` and `inside` are rendered by other templates.
  const markup = /^(?:it\.include\(|it\.body$|it\.blocks\[|(?:it|fact|field)\.\w+Html\b|box\.attributes$|inside$)/;
  assert.equal(
    inserted.filter((text) => !markup.test(text)),
    [],
  );
});

test('no page has an inline script, an inline style or an event attribute', () => {
  for (const { name, html } of pages) {
    assert.not.match(html, /<style|<script(?![^>]*\ssrc=)|javascript:/, name);
    for (const tag of tagsOf(html)) assert.not.match(tag.replaceAll(/"[^"]*"/g, '""'), /\s(?:style|on\w+)=/, name);
  }
});

test('no page shows a message key', () => {
  for (const { name, html } of pages) {
    const text = html.replaceAll(/<[^>]*>/g, ' ');
    assert.not.match(text, /\b(?:admin|layout|value|problem)\.[a-z]\w*/, name);
  }
});

test('no value is shown as undefined, null or an object', () => {
  for (const { name, html } of pages) assert.not.match(html, /undefined|\[object|>null<|"null"|NaN/, name);
});

test('every id is unique, and every reference to one is valid', () => {
  for (const { name, html } of pages) {
    const tags = tagsOf(html);
    const ids = tags.flatMap((tag) => attribute(tag, 'id') ?? []);
    assert.equal(ids, [...new Set(ids)], name);
    const requested = tags.flatMap((tag) => [
      ...(attribute(tag, 'for')?.split(' ') ?? []),
      ...(attribute(tag, 'aria-describedby')?.split(' ') ?? []),
      ...(attribute(tag, 'aria-labelledby')?.split(' ') ?? []),
      ...(attribute(tag, 'href')
        ?.match(/^#(.+)$/)
        ?.slice(1) ?? []),
    ]);
    assert.equal(
      requested.filter((id) => !ids.includes(id)),
      [],
      name,
    );
  }
});

test('every form that posts contains the token', () => {
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

test('an unticked box and an emptied list can be distinguished from fields missing from the form', () => {
  const html = renderPage(samplePages.form);
  assert.match(html, /name="military~"/);
  assert.match(html, /name="labels~"/);
});

test('a blocked deletion offers no button to delete', () => {
  const html = renderPage(samplePages['delete that is blocked']);
  assert.not.match(html, /button-danger|name="~form"/);
});

test('every view is rendered by one of these pages', () => {
  const sampled = new Set<string>(samples.map(([, { view }]) => view));
  const pageViews = viewNames.filter((name) =>
    /^admin\/(?!fields\/|field$|filter$|combobox$|small-table$|part$|record-tabs$|record-head$|panel$|search-field$)/.test(
      name,
    ),
  );
  assert.ok(pageViews.length >= 6);
  assert.equal(
    pageViews.filter((name) => !sampled.has(name)),
    [],
  );
});
