import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/sources.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface Example {
  /** From the root: `docs/plugins.md`. */
  readonly page: string;
  /** The name in the comment of its first line, or a generated one. */
  readonly file: string;
  readonly text: string;
}

const COMMENTS: Readonly<Record<string, RegExp>> = {
  ts: /^\/\/ ([\w./-]+\.ts)\n/,
  sql: /^-- ([\w./-]+\.sql)\n/,
  ejs: /^<%# ([\w./-]+\.ejs) %>\n/,
  css: /^\/\* ([\w./-]+\.css) \*\/\n/,
};

/** Pages that people read. */
export function pages(): readonly string[] {
  return [
    ...globSync('*.md', { cwd: ROOT }),
    ...globSync('docs/**/*.md', { cwd: ROOT }),
    ...globSync('{cli,core,plugins,starters,templates,test}/**/README.md', { cwd: ROOT }),
  ].sort();
}

/** The pages of docs/plugins, one per task. */
export function taskPages(): readonly string[] {
  return pages().filter((page) => page.startsWith('docs/plugins/') && !page.endsWith('/README.md'));
}

export function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

/**
 * The fenced examples of a page. A fence whose first line is a comment with a file name is that file. The code in a comment
 * `<!-- given … -->` right before a fence is put in front of it: declarations that the reader knows and the compiler does not. In it,
 * `@repo/` is the folder of this repository.
 */
export function examplesOf(page: string): readonly Example[] {
  const fences = textOf(page).matchAll(/(?:<!-- given\n([\s\S]*?)-->\n+)?^```(ts|sql|ejs|css)\n([\s\S]*?)^```$/gm);
  return [...fences].flatMap(([, given = '', language = '', text = ''], at): readonly Example[] => {
    const file = COMMENTS[language]?.exec(text)?.[1] ?? (language === 'ts' ? `example-${at + 1}.ts` : undefined);
    if (file === undefined) return [];
    // Readers have the example of a test in their own test/.
    const placed = text.replaceAll("'../support/", `'${ROOT}/test/support/`);
    return [{ page, file, text: given.replaceAll('@repo/', `${ROOT}/`) + placed }];
  });
}

/** Writes all examples to a temporary folder, one folder per page, in which `rustio-admin` is this package. */
export function writeExamples(examples: readonly Example[]): string {
  const folder = temporaryFolder({ 'package.json': '{"type":"module","private":true}' });
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/rustio-admin'));
  for (const name of ['@types', 'uvu']) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  const taken = new Set<string>();
  for (const { page, file, text } of examples) {
    const target = path.join(folder, page.replaceAll('/', '_').replace('.md', ''), file);
    if (taken.has(target)) throw new Error(`${page} shows the file ${file} twice`);
    taken.add(target);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return folder;
}

/** Lines of the shell examples of a page that run our command, without comments. */
export function commandsOf(page: string): readonly string[] {
  const fences = [...textOf(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines = '']) => lines);
  return fences
    .flatMap((lines) => lines.split(/\n|&&/))
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .flatMap((line) => /^npx rustio-admin (.*)$/.exec(line)?.[1] ?? []);
}
