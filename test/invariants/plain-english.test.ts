/** The minimum for plain English: these phrases do not occur in what people read. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT, sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: plain English');

/** Phrases to avoid, and what to write instead. */
const PHRASES: readonly (readonly [not: RegExp, but: string])[] = [
  [/\banew\b|\bafresh\b/i, 'again, new'],
  [/\bwhoever\b|\bwhichever\b/i, 'users who …'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\b(he|him|his|himself)\b/i, 'they'],
  [
    /\bthe (house|kernel)\b|\bthe (reading|writing|write|read) door\b/i,
    'the architecture, core, the data-access layer',
  ],
  [/\bonce an? (row|page|request|process|run|model|connection|site)\b/i, 'once per …'],
  [/\ba (row|page|line|statement) an? (row|page|line|request)\b/i, 'one … per …'],
  [/\b(is|are) told\b/i, 'is reported, is notified'],
  [/\bcannot stand\b|\bstands? in (it|the message|its place)\b/i, 'is in'],
  [/\bthings? needs? a look\b|\bnothing fits\b/i, 'please fix …, no results'],
  [/\bbe?long to (him|his)\b|\btaken back\b/i, 'reverted, cancelled'],
  [/\bworked out\b/i, 'computed'],
  [/\bnobody foresaw\b/i, 'unexpected error'],
  [/\byou may not\b/i, 'you do not have permission to'],
  [/\bfor ever\b/i, 'forever, permanently'],
  [/\btold apart\b/i, 'distinguished'],
];

/** Code is not prose: identifiers and examples may use any word. */
function proseOf(text: string): string {
  return text.replaceAll(/```[\s\S]*?```|\\`[^`\n]*\\`|`[^`\n]*`|<!--[\s\S]*?-->/g, '');
}

function offences(files: readonly string[], textOf: (text: string) => string): readonly string[] {
  return files.flatMap((file) =>
    textOf(readFileSync(path.join(ROOT, file), 'utf8'))
      .split('\n')
      .flatMap((line) =>
        PHRASES.filter(([not]) => not.test(line)).map(([not, but]) => `${file}: ${line.trim()} (${not}: ${but})`),
      ),
  );
}

test('the check finds offending phrases', () => {
  assert.is(PHRASES.filter(([not]) => not.test('Whoever asks is told anew what he may not do')).length, 4);
});

test('the documentation', () => {
  const files = globSync(['*.md', 'docs/**/*.md', '{cli,core,plugins,starters,templates,test}/**/README.md'], {
    cwd: ROOT,
  });
  assert.ok(files.length > 20);
  // Names of tests are quoted in the table of bad input.
  const textOf = (text: string) => proseOf(text).replaceAll(/\|[^|\n]*\|\s*$/gm, '|');
  assert.equal(offences(files, textOf), []);
});

test('the messages of the user interface', () => {
  const files = globSync(['core/messages/*{en,ar}.ts', 'plugins/*/messages/*.ts'], { cwd: ROOT });
  assert.ok(files.length > 8);
  assert.equal(offences(files, messagesOf), []);
});

/** The texts of a file of messages, without keys and comments. */
function messagesOf(text: string): string {
  return text.replaceAll(/^\s*(\/\*|\*|\/\/).*$/gm, '').replaceAll(/^\s*'[\w.-]+':/gm, '');
}

test('comments, errors and texts in the source', () => {
  const files = sourcesIn('core', 'plugins', 'cli').filter(({ path: file }) => !/\/messages\//.test(file));
  const wrong = files.flatMap(({ path: file, text }) =>
    [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=\s)\/\/[^\n]*/g), ...(isCatalogue(file) ? [[text]] : [])].flatMap(
      ([prose = '']) =>
        PHRASES.filter(([not]) => not.test(proseOf(prose))).map(
          ([not, but]) => `${file}: ${prose.trim().slice(0, 100)} (${not}: ${but})`,
        ),
    ),
  );
  assert.equal(wrong, []);
});

test('comments of migrations and tests, and the messages of assertions', () => {
  const migrations = globSync('{core,plugins,starters}/**/migrations/*.sql', { cwd: ROOT });
  assert.ok(migrations.length > 8);
  const comments = (text: string) => [...text.matchAll(/--[^\n]*/g)].map(([comment]) => comment).join('\n');
  const own = sourcesIn('test').filter(({ path: file }) => !file.endsWith('plain-english.test.ts'));
  const wrong = own.flatMap(({ path: file, text }) =>
    [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=\s)\/\/[^\n]*|, '[^'\n]* [^'\n]*'\);$/gm)].flatMap(([prose]) =>
      PHRASES.filter(([not]) => not.test(proseOf(prose))).map(
        ([not, but]) => `${file}: ${prose.trim()} (${not}: ${but})`,
      ),
    ),
  );
  assert.equal([...offences(migrations, comments), ...wrong], []);
});

function isCatalogue(file: string): boolean {
  return /^core\/errors\/|\/errors\.ts$/.test(file);
}

test('test titles', () => {
  const titles = sourcesIn('test').flatMap(({ path: file, text }) =>
    [...text.matchAll(/^ *(?:test|suite)\((['`])(.*?)\1/gm)].map(([, , title = '']) => `${file}: ${title}`),
  );
  assert.ok(titles.length > 1_000);
  assert.equal(
    titles.flatMap((title) =>
      PHRASES.filter(([not]) => not.test(title)).map(([not, but]) => `${title} (${not}: ${but})`),
    ),
    [],
  );
});
