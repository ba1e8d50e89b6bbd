import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorFactory } from '../../core/errors/define-error.ts';
import { ROOT } from '../support/sources.ts';

export type AnyError = ErrorFactory<Readonly<Record<string, string | number>> | undefined>;

const INTRODUCTION = `# Errors

<!-- Generated from the error catalogues: UPDATE_SNAPSHOT=1 node test/run.ts docs/errors -->

Every error that users or developers can encounter has a permanent code. Its message says what is wrong, why, and what to do. This page adds
background for each code.

Pages show only errors that have a status. For any other error, users see \`RIO-HTTP-UNEXPECTED\`; \`dev\` shows the original. Translations
are the messages \`error.CODE.problem\`, \`.why\`, \`.fix\` and \`.retry\`. Placeholders in braces are replaced with the parameters of the error.
`;

/** Every error that core, the built-in plugins and the command line define. */
export async function definedErrors(): Promise<readonly AnyError[]> {
  const files = ['core/errors/*.ts', 'plugins/*/errors.ts', 'cli/errors.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT }).sort(),
  );
  const modules: readonly Readonly<Record<string, unknown>>[] = await Promise.all(
    files.map((file) => import(pathToFileURL(path.join(ROOT, file)).href)),
  );
  return modules.flatMap((module) => Object.values(module).filter(isError));
}

function isError(value: unknown): value is AnyError {
  return typeof value === 'function' && 'code' in value && 'definition' in value;
}

/** The headings of the page, and the areas of the codes under each: HTTP of `RIO-HTTP-BODY`. */
const HEADINGS: Readonly<Record<string, readonly string[]>> = {
  'Configuration and start': ['BOOT', 'CONFIG', 'DEV', 'ENVIRONMENT', 'PLUGIN', 'PROJECT', 'SEED', 'SERVE', 'SERVICE'],
  Requests: ['HTTP', 'VIEW'],
  'Models, lists and events': ['EVENT', 'LIST', 'MODEL', 'WRITE'],
  Files: ['FILES'],
  'Accounts, sessions, tokens and audit trail': ['ACCOUNTS', 'AUDIT', 'AUTH', 'SESSION', 'TOKEN'],
  'Background jobs and mail': ['JOBS', 'MAIL'],
  'Forgotten passwords': ['RECOVERY'],
  Database: ['DATABASE', 'EMBEDDED'],
  Migrations: ['MIGRATE'],
  'Command line': ['CLI', 'CONSOLE', 'STARTAPP', 'STARTPLUGIN', 'STARTPROJECT', 'TESTING', 'UNEXPECTED'],
};

/** The text of docs/errors.md. */
export function errorReference(errors: readonly AnyError[]): string {
  const byCode = Map.groupBy(errors, ({ code }) => code);
  const codes = [...byCode.keys()].sort();
  const unlisted = codes.filter((code) => !Object.values(HEADINGS).flat().includes(areaOf(code)));
  if (unlisted.length > 0) throw new Error(`Add the area to HEADINGS: ${unlisted.join(', ')}`);
  const parts = Object.entries(HEADINGS).map(([heading, areas]) => ({
    heading,
    codes: codes.filter((code) => areas.includes(areaOf(code))),
  }));
  const contents = parts.map(({ heading, codes }) => {
    const links = codes.map((code) => `[${code}](#${code.toLowerCase()})`);
    return `- ${heading}: ${links.join(', ')}\n`;
  });
  const sections = parts.flatMap(({ heading, codes }) => [
    `## ${heading}\n`,
    ...codes.map((code) => section(code, byCode.get(code) ?? [])),
  ]);
  return [INTRODUCTION, contents.join(''), ...sections].join('\n');
}

function areaOf(code: string): string {
  return code.split('-')[1] ?? '';
}

function section(code: string, variants: readonly AnyError[]): string {
  // A text that consists of a parameter alone has no content without its value.
  const problems = [...new Set(variants.map(({ definition }) => textOf(definition.problem)))].filter((text) =>
    /\p{L}/u.test(text.replace(/\{\w+\}/g, '')),
  );
  const statuses = new Set(variants.flatMap(({ definition }) => definition.status ?? []));
  const about = variants.find(({ definition }) => definition.about !== undefined)?.definition.about ?? '';
  const blocks = [
    `### ${code}`,
    ...(statuses.size === 0 ? [] : [`Status ${[...statuses].sort().join(' or ')}.`]),
    problems.length === 1 ? `*${problems[0]}*` : problems.map((problem) => `- *${problem}*`).join('\n'),
    about.trim(),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** A text with its parameters as placeholders: `The limit is {max}.` */
export function textOf(text: AnyError['definition']['problem']): string {
  const placeholders = new Proxy<Record<string, string>>({}, { get: (_target, name) => `{${String(name)}}` });
  return typeof text === 'function' ? text(placeholders) : text;
}
