// How a failure looks in the terminal, and what the command then exits with: 1 failed, 2 refused or misused.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { databaseError, isUnavailable } from '../core/database/errors.ts';
import { RustioError } from '../core/errors.ts';
import { packageRoot } from './package.ts';
import { paint } from './terminal.ts';

const DOCS = 'docs/errors.md';

/** Tells an error on standard error and gives the exit code that belongs to it. */
export function reportError(error: unknown): 1 | 2 {
  const told = explain(error);
  process.stderr.write(`${renderError(told).join('\n')}\n`);
  return told.exitCode;
}

/** Problem, why, fix, retry and code, each on a line that begins with its word. */
export function renderError(error: RustioError): string[] {
  const { problem, why, fix, retry } = error.parts;
  const part = (word: string, text: string) => `${paint('bold', `${word}:`.padEnd(9), process.stderr)}${text}`;
  return [
    `${paint('red', 'Problem: ', process.stderr)}${problem}`,
    part('Why', why),
    ...error.details.map((line) => `           ${line}`),
    part('Fix', fix),
    part('Retry', retry),
    paint(
      'dim',
      `Code:    ${error.code}${isDocumented(error.code) ? ` (${DOCS}#${error.code.toLowerCase()})` : ''}`,
      process.stderr,
    ),
  ];
}

/** Plugins of a project have codes of their own, which are not in our docs. */
function isDocumented(code: string): boolean {
  const file = path.join(packageRoot, DOCS);
  return existsSync(file) && readFileSync(file, 'utf8').split(/\r?\n/).includes(`## ${code}`);
}

/** Any error as one with four parts; what nobody foresaw brings its stack along. */
export function explain(error: unknown): RustioError {
  if (error instanceof RustioError) return error;
  if (isUnavailable(error)) return unreachable(error);
  if (databaseError(error)?.code === '42P01') return missingTable(error);
  return unexpected(error);
}

function unreachable(error: unknown): RustioError {
  return new RustioError(
    'RIO-DATABASE-UNREACHABLE',
    {
      problem: 'The database cannot be reached.',
      why: reasons(error),
      fix: 'Check DATABASE_URL, and that the server runs and accepts connections.',
      retry: 'Yes, once it is reachable.',
    },
    { cause: error },
  );
}

function missingTable(error: unknown): RustioError {
  return new RustioError(
    'RIO-DATABASE-TABLES',
    {
      problem: 'A table is missing in the database.',
      why: `Migrations are pending, or this is another database: ${reasons(error)}`,
      fix: 'Run: npx rustio-admin migrate',
      retry: 'After that.',
    },
    { cause: error },
  );
}

function unexpected(error: unknown): RustioError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new RustioError(
    'RIO-UNEXPECTED',
    {
      problem: error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error),
      why: 'Nobody foresaw this: it is a mistake in the project, in a plugin or in rustio-admin. Where it happened:',
      fix: 'If the lines above show code of your project, start there; else report it as a bug, with these lines.',
      retry: 'It may work, but the mistake stays.',
    },
    { cause: error, details: stack.split('\n').map((line) => line.trim()) },
  );
}

/** The innermost messages: an outer "connection failed" says nothing. */
function reasons(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (at instanceof AggregateError) return at.errors.map(reasons).join('; ');
  return at instanceof Error ? at.message || at.name : String(at);
}
