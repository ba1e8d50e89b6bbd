import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { markdownExcerpt, markdownHtml } from '../../../core/view/markdown.ts';
import { suite } from '../../support/suite.ts';
import { formatter, parse } from './field-of.ts';
import { unlabelled } from './samples.ts';

const test = suite('markdown');
const notes = unlabelled(field.markdown());

test('Markdown is rendered only on the record’s own page', () => {
  const text = '# Findings\n\n- **two** gulls\n- [report](https://example.org/?a&b)\n\n`x < y`\nnext line';
  assert.is(cellFor(notes, formatter)(text, {}), 'Findings two gulls report x &lt; y next line');
  const html = cellFor(notes, { ...formatter, whole: true })(text, {});
  assert.match(html, /^<div class="prose"><h3>Findings<\/h3>/);
  assert.match(html, '<li><strong>two</strong> gulls</li>');
  assert.match(html, '<a href="https://example.org/?a&amp;b" rel="noopener noreferrer">report</a>');
  assert.match(html, '<code>x &lt; y</code><br>');
});

test('HTML in the text is escaped', () => {
  const html = markdownHtml('<script>alert(1)</script>\n\nx <img src=x onerror=alert(1)> <b>y</b>\n\n<!-- c -->');
  assert.not.match(html, /<(?:script|img|b|!--)/);
  assert.match(html, '&lt;script&gt;');
});

test('only http, https and mailto links are rendered, and images are not loaded', () => {
  const hostile = [
    '[x](javascript:alert(1))',
    '[x](JAVASCRIPT:alert(1))',
    '[x](java&#115;cript:alert(1))',
    '[x](&#x1;javascript:alert(1))',
    '[x](data:text/html;base64,PHN)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](//evil.example)',
    '[x](/admin/+delete)',
    '<javascript:alert(1)>',
    '[x][1]\n\n[1]: javascript:alert(1)',
    '[x](mailto:a@b.de?subject=x%0d%0abcc:c@d.de)',
    '<MAILTO:a@b.de?body=%0A>',
    '[]()',
    '[x]( )',
    '[x](mailto:)',
    '<https://>',
  ];
  for (const text of hostile) assert.not.match(markdownHtml(text), /<a |href/, text);
  assert.match(markdownHtml('<mailto:a@b.de> [x](mailto:a@b.de)'), 'href="mailto:a@b.de"');
  assert.not.match(markdownHtml('![x](https://evil.example/pixel.png)'), '<img');
  assert.not.match(markdownHtml('https://example.org'), '<a', 'nothing is guessed to be a link');
});

test('there is no inline style, which the content security policy would block', () => {
  const html = markdownHtml('| a | b |\n|:-:|--:|\n| 1 | 2 |');
  assert.match(html, '<td>1</td>');
  assert.not.match(html, 'style');
});

const TAGS =
  /<\/?(?:h[3-6]|p|ul|ol|li|em|strong|s|code|pre|blockquote|br|hr|table|thead|tbody|tr|th|td|a)(?: (?:href|rel|title|class|start)="[^"<>]*")*>/g;

test('any text produces only the allowed markup', () => {
  const pieces = fc.constantFrom(
    ...['# ', '- ', '1. ', '> ', '\n', '    ', '**', '_', '`', '```', '[', ']', '(', ')', '<', '>', '"', "'", '&', '!'],
    ...[
      'javascript:',
      'https://a.b',
      'mailto:',
      '|',
      '---',
      ':-:',
      '\\',
      '&#106;',
      '<img src=x onerror=x>',
      'x',
      '\0',
      '\ud800',
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const html = markdownHtml(parts.join(''));
      assert.not.match(html.replace(TAGS, ''), /[<>]/);
      for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g)) assert.match(href, /^(?:https?:\/\/|mailto:)/i);
    }),
    { numRuns: 1_000 },
  );
});

test('deep nesting and long runs of marks are rendered quickly', () => {
  for (const text of [
    '> '.repeat(20_000),
    '['.repeat(50_000),
    '*'.repeat(50_000),
    '`'.repeat(50_000),
    '- '.repeat(20_000),
  ]) {
    // What takes minutes would run into the limit of the file.
    assert.ok(markdownHtml(text).length > 0, text.slice(0, 2));
    assert.ok(markdownExcerpt(text).length <= 1_000);
  }
});

test('without a `max`, at most 50,000 characters are accepted, without a CHECK in the table', () => {
  assert.is(parse(notes, 'x'.repeat(50_000)), 'x'.repeat(50_000));
  const issue = { key: 'problem.tooLong', params: { max: 50_000, length: 50_001 } };
  assert.equal(notes.type.parse('x'.repeat(50_001), notes), { ok: false, issue });
  assert.equal(notes.type.validate('x'.repeat(50_001), notes), issue);
  assert.equal(notes.type.checks(notes), []);
  const longer = unlabelled(field.markdown({ max: 60_000 }));
  assert.is(parse(longer, 'x'.repeat(60_000)), 'x'.repeat(60_000));
});

test('it is stored as entered, with normalised line breaks', () => {
  assert.is(parse(notes, '# a\r\n\r\n  b  '), '# a\n\n  b  ');
  assert.is(markdownExcerpt('```js\nlet a;\n```\n> ![pic](x.png "t") ~~old~~'), 'let a; pic old');
});
