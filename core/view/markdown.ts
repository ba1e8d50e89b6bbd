import { createRequire } from 'node:module';
import type { default as Markdown, MarkdownIt } from 'markdown-it';

const require = createRequire(import.meta.url);
const SAFE = /^(?:https?:\/\/|mailto:)/i;
/** Headings of a text stand below those of its page: its title, and that of the section. */
const LEVELS_ABOVE = 2;
/** Marks that mean nothing to who reads a text as it is. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/^ {0,3}(?:#{1,6}|>|[-+*]|\d{1,9}[.)])\s+/gm, ''],
  [/^ {0,3}(?:`{3,}|~{3,}).*$/gm, ''],
  [/!?\[([^[\]\n]{0,500})\]\([^()\s]{0,2000}(?:\s"[^"\n]{0,200}")?\)/g, '$1'],
  [/[*_~`]+/g, ''],
  [/\s+/g, ' '],
];
/** What an excerpt is made of: enough for any list, and little to work on. */
const READ = 1_000;

let made: MarkdownIt | undefined;

/**
 * Markdown as HTML. Markup in the text stays text; links lead to the web or to a mail and nowhere else; pictures become
 * links, for pages load nothing from elsewhere.
 */
export function markdownHtml(text: string): string {
  made ??= makeMarkdown();
  return made.render(text);
}

/** The beginning of a text as one line of plain text, its marks left out. */
export function markdownExcerpt(text: string): string {
  return MARKS.reduce((rest, [mark, put]) => rest.replace(mark, put), text.slice(0, READ)).trim();
}

/** Loaded when the first text is shown: who has no Markdown does not pay for it. */
function makeMarkdown(): MarkdownIt {
  const make: typeof Markdown = require('markdown-it');
  const markdown = new make({ html: false, linkify: false, typographer: false, breaks: true, maxNesting: 20 });
  markdown.disable(['image', 'html_block', 'html_inline']);
  markdown.validateLink = (url) => SAFE.test(url.trim());
  const { rules } = markdown.renderer;
  rules.link_open = (tokens, index, options, _environment, renderer) => {
    tokens[index]?.attrSet('rel', 'noopener noreferrer');
    return renderer.renderToken(tokens, index, options);
  };
  // A column's alignment comes as an inline style, which the content security policy does not allow.
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
