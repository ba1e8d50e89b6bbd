import { z } from 'zod';
import type { Environment } from './config.ts';
import { RustioError } from './errors.ts';
import { localSecretKeys } from './local-secret-keys.ts';
import { nearest } from './model/nearest.ts';

const KEY_BYTES = 32;
/** Of what looks like ours and is not: a misspelt name would be silently ignored. */
const OWN_NAMES = [
  'PORT',
  'HOST',
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'PUBLIC_URL',
  'RUSTIO_SECRET_KEYS',
  'LOG_LEVEL',
  'FILES_FOLDER',
  'METRICS_TOKEN',
  'NODE_ENV',
];

type Variables = Readonly<Record<string, string | undefined>>;

const postgresUrl = z
  .string()
  .refine(
    (url) => /^postgres(ql)?:\/\//.test(url),
    'is no address of a PostgreSQL database: postgres://user@host:5432/name',
  );

const variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'is no port: a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'is no port: a number from 0 to 65535')
    .default(8000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is no web address: https://desk.example.org' })
    .refine((url) => /^https?:\/\/[^/]+\/?$/.test(url), 'has a path: only scheme, host and port belong here')
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  RUSTIO_SECRET_KEYS: z
    .string()
    .transform((list) => list.split(',').map((key) => key.trim()))
    .refine(
      (keys) => keys.every(isSecretKey),
      `needs keys of at least ${KEY_BYTES} random bytes, each in hex or base64url`,
    )
    .optional(),
  FILES_FOLDER: z.string().optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,}$/, 'needs at least 16 characters without spaces')
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'is none of trace, debug, info, warn, error, fatal, silent',
    })
    .optional(),
});

/**
 * Reads and checks what the environment says. In development missing secret keys are made and kept in the project's
 * `.rustio/local`; in production a missing database is refused.
 *
 * @throws RustioError RIO-ENVIRONMENT with every mistake in its details, without the values: they may be secrets
 */
export function readEnvironment(folder: string, given: Variables): Environment {
  // An empty variable says the same as none: that is how many tools unset one.
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
  const read = variables.safeParse(present);
  const mistakes = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  const problems = [...mistakes, ...misspelt(present)];
  if (!read.success || problems.length > 0) throw wrongEnvironment(problems);

  const { data } = read;
  const production = data.NODE_ENV === 'production';
  if (production && data.DATABASE_URL === undefined) throw missingInProduction('DATABASE_URL', DATABASE_HINT);
  return {
    production,
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    databaseOwnerUrl: data.DATABASE_OWNER_URL,
    publicUrl: data.PUBLIC_URL,
    secretKeys: data.RUSTIO_SECRET_KEYS ?? (production ? [] : localSecretKeys(folder)),
    // Whoever develops reads pages, and the lines of a start; what goes wrong still shows.
    logLevel: data.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    filesFolder: data.FILES_FOLDER,
    metricsToken: data.METRICS_TOKEN,
    variables: present,
  };
}

function isSecretKey(key: string): boolean {
  if (/^[0-9a-f]+$/i.test(key)) return key.length >= KEY_BYTES * 2;
  return /^[\w-]+=*$/.test(key) && Buffer.from(key, 'base64url').length >= KEY_BYTES;
}

/** `RUSTIO_SECRET_KEY` is nearly ours, and nobody else's. */
function misspelt(given: Variables): string[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('RUSTIO_SECRET') && !OWN_NAMES.includes(name))
    .map((name) => `${name} is unknown; did you mean ${nearest(name, OWN_NAMES) ?? 'RUSTIO_SECRET_KEYS'}?`);
}

const DATABASE_HINT = 'Set DATABASE_URL to a PostgreSQL 15 to 18: postgres://user:password@host:5432/name';

function missingInProduction(name: string, fix: string): RustioError {
  return new RustioError(
    'RIO-ENVIRONMENT-MISSING',
    {
      problem: `${name} is not set.`,
      why: 'NODE_ENV is production: the embedded database and keys made on the spot are for development only.',
      fix,
      retry: 'Once it is set.',
    },
    { exitCode: 2 },
  );
}

function wrongEnvironment(mistakes: readonly string[]): RustioError {
  return new RustioError(
    'RIO-ENVIRONMENT',
    {
      problem: mistakes.length === 1 ? `${mistakes[0]}.` : `${mistakes.length} environment variables are wrong.`,
      why: 'They are checked before anything starts, so that a mistake shows now and not at night.',
      fix: 'Correct them where they are set: the environment, or the file .env of the project.',
      retry: 'After that.',
    },
    { exitCode: 2, details: mistakes.length === 1 ? [] : mistakes },
  );
}
