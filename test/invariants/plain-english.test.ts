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
  [/(?<!\bthere )\b(is|are) no (?!longer\b|more\b|less\b|one\b)[a-z]/i, 'is not a'],
  [/, also (if|when|while|where|before|after|for|of|from|in|outside|those|without)\b/i, 'even …, including …'],
  [/\bpairs? of (a |the )?many-?to-?many\b|\bmany-?to-?many pairs?\b/i, 'link rows'],
  [
    /\bserves? on\b|\ball the same\b|\bwithout a word\b|\bstays? as (it is|they are|it was)\b/i,
    'keep serving, still, silently, unchanged',
  ],
  [/\bknows? (nothing|neither)\b/i, 'does not depend on, does not apply'],
  [/\bthe own\b|\bonly who\b/i, 'the user’s own, only users who'],
  [/, also (behind|by|on|with)\b|\bonce more\b|\bagain and again\b/i, 'even …, including …, again, repeatedly'],
  [/\b(is|are|was|were) none of\b|\bin nobody's\b/i, 'is not one of, does not belong to'],
  [/\bwaits? behind\b|\bwithout end\b|\bwhatever happens\b/i, 'waits for, is delayed by, until …, even if …'],
  [/\b(gets?|needs?) no other[.,;]|\bsets nothing\b/i, 'gets no more, has no effect'],
  [/\bmay no longer (act|be)\b|\btakes? (it|the \w+) back\b/i, 'can no longer, reverts, does not count'],
  [/\bcounts? as \w+ for the\b|\bif nothing else is\b/i, 'does not count as, by default'],
  [/\bpass(es)? an? \w+ by\b|\bfor the moment \(|\b(has|have) chosen so\b/i, 'bypass, temporarily, is enabled'],
  [/\b(all|any|by|in|no|of|send|sent|the|these|two|with) mails\b/i, 'emails'],
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
  assert.is(PHRASES.filter(([not]) => not.test('A pair of a manyToMany is no row, also if it has a key')).length, 3);
  assert.is(PHRASES.filter(([not]) => not.test('If there is no row, it is no longer listed')).length, 0);
});

test('the documentation contains none of the phrases', () => {
  const files = globSync(['*.md', 'docs/**/*.md', '{cli,core,plugins,starters,templates,test}/**/README.md'], {
    cwd: ROOT,
  });
  assert.ok(files.length > 20);
  // Names of tests are quoted in the table of bad input.
  const textOf = (text: string) => proseOf(text).replaceAll(/\|[^|\n]*\|\s*$/gm, '|');
  assert.equal(offences(files, textOf), []);
});

test('the messages of the user interface contain none of the phrases', () => {
  const files = globSync(['core/messages/*{en,ar}.ts', 'plugins/*/messages/*.ts'], { cwd: ROOT });
  assert.ok(files.length > 8);
  assert.equal(offences(files, messagesOf), []);
});

/** The texts of a file of messages, without keys and comments. */
function messagesOf(text: string): string {
  return text.replaceAll(/^\s*(\/\*|\*|\/\/).*$/gm, '').replaceAll(/^\s*'[\w.-]+':/gm, '');
}

/** Comments and strings, which do not count as code if they are template literals. */
const COMMENTS_AND_STRINGS =
  /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=`)(?:[^`\\]|\\[\s\S])*(?=`)/g;

test('comments, errors and texts in the source contain none of the phrases', () => {
  const files = sourcesIn('core', 'plugins', 'cli', 'starters').filter(({ path: file }) => !/\/messages\//.test(file));
  const wrong = files.flatMap(({ path: file, text }) =>
    [...text.matchAll(COMMENTS_AND_STRINGS)].flatMap(([prose]) =>
      PHRASES.filter(([not]) => not.test(proseOf(prose))).map(
        ([not, but]) => `${file}: ${prose.trim().slice(0, 100)} (${not}: ${but})`,
      ),
    ),
  );
  assert.equal(wrong, []);
});

test('comments of migrations and tests, and the messages of assertions, contain none of the phrases', () => {
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

test('test titles contain none of the phrases', () => {
  const titles = sourcesIn('test').flatMap(({ path: file, text }) =>
    [...text.matchAll(/^ *(?:test|suite|ascii|latin)\((['"`])(.*?)\1/gm)].map(
      ([, , title = '']) => `${file}: ${title}`,
    ),
  );
  assert.ok(titles.length > 1_000);
  assert.equal(
    titles.flatMap((title) =>
      PHRASES.filter(([not]) => not.test(title)).map(([not, but]) => `${title} (${not}: ${but})`),
    ),
    [],
  );
});
