import { createRequire } from 'node:module';
import type { default as Markdown, MarkdownIt, Token } from 'markdown-it';

const require = createRequire(import.meta.url);
const SAFE = /^(?:https?:\/\/|mailto:)./i;
/** Encoded line breaks in a mail link. Some email clients start a new header there, such as `Bcc`. */
const MORE_HEADERS = /^\s*mailto:.*%0[ad]/i;
/** Headings in the text are nested below the page title and the section heading. */
const LEVELS_ABOVE = 2;
/** Markup that is removed from plain text. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/^ {0,3}(?:#{1,6}|>|[-+*]|\d{1,9}[.)])\s+/gm, ''],
  [/^ {0,3}(?:`{3,}|~{3,}).*$/gm, ''],
  [/!?\[([^[\]\n]{0,500})\]\([^()\s]{0,2000}(?:\s"[^"\n]{0,200}")?\)/g, '$1'],
  [/[*_~`]+/g, ''],
  [/\s+/g, ' '],
];
/** Max length of the text from which an excerpt is taken: enough for any list, and cheap to process. */
const MAX_INPUT = 1_000;

let parser: MarkdownIt | undefined;

/**
 * Markdown as HTML. Markup in the text is escaped; links are limited to the web and mail; images become links, since pages load
 * nothing from other sites.
 */
export function markdownHtml(text: string): string {
  parser ??= createParser();
  return parser.render(text);
}

/** The beginning of the text as one line of plain text, without markup. */
export function markdownExcerpt(text: string): string {
  return MARKS.reduce((rest, [mark, replacement]) => rest.replace(mark, replacement), text.slice(0, MAX_INPUT)).trim();
}

/** Called when the first text is rendered, so that projects without Markdown do not load the parser. */
function createParser(): MarkdownIt {
  const create: typeof Markdown = require('markdown-it');
  const markdown = new create({ html: false, linkify: false, typographer: false, breaks: true, maxNesting: 20 });
  // fault: markdown-html
  markdown.disable(['image', 'html_block', 'html_inline']);
  markdown.validateLink = (url) => SAFE.test(url.trim()) && !MORE_HEADERS.test(url);
  const { rules } = markdown.renderer;
  rules.link_open = (tokens, index, options, _environment, renderer) => {
    tokens[index]?.attrSet('rel', 'noopener noreferrer');
    // `[text]()`: CommonMark makes it a link to the page itself.
    if (tokens[index]?.attrGet('href') === '') hideLink(tokens, index);
    return renderer.renderToken(tokens, index, options);
  };
  // The parser sets a column's alignment as an inline style, which the content security policy does not allow.
  for (const rule of ['th_open', 'td_open']) rules[rule] = (tokens, index) => `<${tokens[index]?.tag}>`;
  for (const rule of ['heading_open', 'heading_close']) {
    rules[rule] = (tokens, index, options, _environment, renderer) => {
      const token = tokens[index];
      if (token) token.tag = `h${Math.min(Number(token.tag.slice(1)) + LEVELS_ABOVE, 6)}`;
      return renderer.renderToken(tokens, index, options);
    };
  }
  return markdown;
}

/** Renders only the text of a link. Links do not nest, so the next closing token belongs to it. */
function hideLink(tokens: readonly Token[], start: number): void {
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined || (at > start && token.type !== 'link_close')) continue;
    token.hidden = true;
    if (at > start) return;
  }
}
