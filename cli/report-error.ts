// Prints errors to the terminal and determines the exit code: 1 failed, 2 rejected or misused, 4 differences.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { databaseError, isUnavailable } from '../core/database/errors.ts';
import {
  databaseMissing,
  databaseNotEncrypted,
  databasePrivilegeMissing,
  databaseReadOnly,
  databaseSchemaMissing,
  databaseSignInFailed,
  databaseUnreachable,
  tableMissing,
} from '../core/errors/database.ts';
import { RustioError } from '../core/errors/rustio-error.ts';
import { unexpectedCliError } from './errors.ts';
import { packageRoot } from './package.ts';
import { paint } from './terminal.ts';

const DOCS = 'docs/errors.md';

/** Prints an error to standard error and returns its exit code. */
export function reportError(error: unknown): 1 | 2 | 4 {
  const explained = explain(error);
  process.stderr.write(`${renderError(explained).join('\n')}\n`);
  return explained.exitCode;
}

/** Problem, why, fix, retry (if present) and code, each on a labelled line. */
export function renderError(error: RustioError): string[] {
  const { problem, why, fix, retry } = error.parts;
  const part = (label: string, text: string) => `${paint('bold', `${label}:`.padEnd(9), process.stderr)}${text}`;
  return [
    `${paint('red', 'Problem: ', process.stderr)}${problem}`,
    part('Why', why),
    ...error.details.map((line) => `           ${line}`),
    part('Fix', fix),
    ...(retry ? [part('Retry', retry)] : []),
    paint(
      'dim',
      `Code:    ${error.code}${isDocumented(error.code) ? ` (${DOCS}#${error.code.toLowerCase()})` : ''}`,
      process.stderr,
    ),
  ];
}

/** Plugins of a project have their own codes, which the framework's docs do not list. */
function isDocumented(code: string): boolean {
  const file = path.join(packageRoot, DOCS);
  return existsSync(file) && readFileSync(file, 'utf8').split(/\r?\n/).includes(`### ${code}`);
}

/** Converts any error to one with the four parts; unexpected errors include their stack. */
export function explain(error: unknown): RustioError {
  const own = rustioErrorIn(error);
  if (own !== undefined) return own;
  const explanation = connectionProblem(error) ?? STATES[databaseError(error)?.code ?? ''];
  return explanation === undefined ? unexpected(error) : explanation({ reason: reasons(error), cause: error });
}

type Explanation = typeof databaseUnreachable;

/** Errors caused by the environment rather than the project, by SQLSTATE. */
const STATES: Readonly<Record<string, Explanation>> = {
  '28000': databaseSignInFailed,
  '28P01': databaseSignInFailed,
  '42501': databasePrivilegeMissing,
  '25006': databaseReadOnly,
  '3F000': databaseSchemaMissing,
  '42P01': tableMissing,
};

/** Connection failures that Node and pg report without a SQLSTATE: unknown host, no socket, no response, no TLS, no password. */
function connectionProblem(error: unknown): Explanation | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (/password must be a (?:non-empty )?string|^SASL/.test(at.message)) return databaseSignInFailed;
  // fault: missing-database-unexplained
  if (databaseError(error)?.code === '3D000') return databaseMissing;
  if (isTlsProblem(error)) return databaseNotEncrypted;
  if (isUnavailable(error)) return databaseUnreachable;
  for (let at = error; at instanceof Error; at = at.cause) {
    const call = 'syscall' in at ? at.syscall : undefined;
    if (call === 'connect' || call === 'getaddrinfo') return databaseUnreachable;
    // pg has no codes for these errors, only messages.
    if (/^(?:timeout expired|timeout exceeded|Connection terminated)/.test(at.message)) return databaseUnreachable;
  }
  return undefined;
}

function isTlsProblem(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (/^(?:The server does not support SSL|There was an error establishing an SSL)/.test(at.message)) return true;
    // https://nodejs.org/api/tls.html#x509-certificate-error-codes
    if (
      'code' in at &&
      /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/.test(String(at.code))
    )
      return true;
  }
  return false;
}

function unexpected(error: unknown): RustioError {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return unexpectedCliError({ message, cause: error, details: stack.split('\n').map((line) => line.trim()) });
}

/** Slonik wraps connection errors. */
function rustioErrorIn(error: unknown): RustioError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof RustioError) return at;
  return undefined;
}

/** The innermost messages: an outer “connection failed” is not informative. */
function reasons(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof AggregateError) return cause.errors.map(reasons).join('; ');
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
