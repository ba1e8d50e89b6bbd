import { z } from 'zod';
import { httpUrl } from '../base/http-url.ts';
import { nearest } from '../base/nearest.ts';
import {
  databaseUrlMissing,
  invalidVariable,
  invalidVariables,
  publicUrlMissing,
  publicUrlNotHttps,
} from '../errors/boot.ts';
import type { RustioError } from '../errors/rustio-error.ts';
import type { Environment, ProjectContext } from '../settings.ts';
import { databaseUrlProblem } from './database-url.ts';
import { localSecretKeys } from './local-folder.ts';

const KEY_BYTES = 32;
const KEY_COMMAND = `node -p "crypto.randomBytes(32).toString('hex')"`;
/** The framework's own variables, so that misspelled ones can be reported instead of silently ignored. */
const OWN_VARIABLES = [
  'PORT',
  'HOST',
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'DATABASE_POOL',
  'DATABASE_READ_POOL',
  'DATABASE_POOLER',
  'SHUTDOWN_GRACE',
  'PUBLIC_URL',
  'ALLOW_HTTP',
  'RUSTIO_SECRET_KEYS',
  'LOG_LEVEL',
  'FILES_FOLDER',
  'METRICS_TOKEN',
  'NODE_ENV',
];

type Variables = Readonly<Record<string, string | undefined>>;

const postgresUrl = z.string().superRefine((url, context) => {
  const message = databaseUrlProblem(url);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function numberBetween(min: number, max: number) {
  const message = `is not a number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,4}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .optional();
}

/** Whether a URL can have this host: the URL of the application is derived from it. */
function isHost(host: string): boolean {
  const url = httpUrl({ host, port: 1 });
  // fault: any-listening-address
  return URL.canParse(url) && new URL(url).href === `${new URL(url).origin}/`;
}

const variables = z.object({
  // Anything else, such as `prod`, would start the development mode on a public server.
  // fault: unknown-mode
  NODE_ENV: z
    .enum(['development', 'test', 'production'], { error: 'must be production, development or test' })
    .default('development'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a valid port (0 to 65535)')
    .transform(Number)
    .refine((port) => port <= 65_535, 'is not a valid port (0 to 65535)')
    .default(8000),
  HOST: z.string().refine(isHost, 'is not a host name or an IP address, such as 127.0.0.1 or ::1').default('127.0.0.1'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_OWNER_URL: postgresUrl.optional(),
  DATABASE_POOL: numberBetween(2, 1_000),
  DATABASE_READ_POOL: numberBetween(2, 1_000),
  DATABASE_POOLER: z.enum(['transaction'], { error: 'must be transaction, or not be set' }).optional(),
  SHUTDOWN_GRACE: numberBetween(0, 600),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'is not a valid URL, such as https://desk.example.org' })
    .refine(
      (url) => /^https?:\/\/[^/?#@]+\/?$/i.test(url),
      'must not have a user or a path: only scheme, host and port',
    )
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  ALLOW_HTTP: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
  RUSTIO_SECRET_KEYS: z
    .string()
    .transform((list) => list.split(',').map((key) => key.trim()))
    .refine(
      (keys) => keys.every(isSecretKey),
      `must contain keys of at least ${KEY_BYTES} random bytes, each in hex or base64url`,
    )
    .refine(
      (keys) => !keys.some((key) => isSecretKey(key) && isWeakKey(key)),
      `contains a key that is not random: generate each with ${KEY_COMMAND}`,
    )
    .optional(),
  FILES_FOLDER: z.string().optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[!-~]{16,}$/, 'must have at least 16 characters and no spaces')
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be one of trace, debug, info, warn, error, fatal, silent',
    })
    .optional(),
});

/**
 * Why this project must not be served in production; undefined if it may be. Behind a TLS proxy, without an https URL, the session
 * cookie would not be Secure, there would be no HSTS, and any host name would be accepted.
 */
export function publicUrlProblem({
  environment,
  config,
}: Pick<ProjectContext, 'environment' | 'config'>): RustioError | undefined {
  if (!environment.production) return undefined;
  const publicUrl = environment.publicUrl ?? config?.publicUrl;
  if (publicUrl === undefined) return publicUrlMissing();
  // fault: production-without-https
  if (new URL(publicUrl).protocol !== 'https:' && !environment.allowHttp) return publicUrlNotHttps();
  return undefined;
}

/**
 * Reads and validates the environment. In development, missing secret keys are generated and stored in the project's
 * `.rustio/local`.
 *
 * @throws RustioError `RIO-ENVIRONMENT` with every problem in its details, without the values: they may be secrets;
 *   `RIO-ENVIRONMENT-MISSING` in production without a `DATABASE_URL`.
 */
export function readEnvironment(folder: string, source: Variables): Environment {
  // An empty variable counts as unset, because many tools unset variables that way.
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables.safeParse(present);
  const invalid = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  const issues = [...invalid, ...misspelled(present)];
  if (!parsed.success || issues.length > 0) throw wrongEnvironment(issues);

  const { data } = parsed;
  const production = data.NODE_ENV === 'production';
  if (production && data.DATABASE_URL === undefined) throw databaseUrlMissing();
  return {
    production,
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    databaseOwnerUrl: data.DATABASE_OWNER_URL,
    databasePool: data.DATABASE_POOL,
    databaseReadPool: data.DATABASE_READ_POOL,
    databasePooler: data.DATABASE_POOLER,
    // Load balancers need time to notice the 503; in development, waiting would be pointless.
    shutdownGrace: data.SHUTDOWN_GRACE ?? (production ? 5 : 0),
    publicUrl: data.PUBLIC_URL,
    allowHttp: data.ALLOW_HTTP === 'true',
    secretKeys: data.RUSTIO_SECRET_KEYS ?? (production ? [] : localSecretKeys(folder)),
    // In development, the output of `start` should not be buried in log lines, so only problems are logged.
    logLevel: data.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    filesFolder: data.FILES_FOLDER,
    metricsToken: data.METRICS_TOKEN,
    variables: present,
  };
}

function isSecretKey(key: string): boolean {
  return /^[\w-]+=*$/.test(key) && bytesOf(key).length >= KEY_BYTES;
}

/**
 * Whether a key was typed rather than generated: a repeated character or pattern, a sequence. Of 32 random bytes, about 30 are
 * distinct; fewer than 16 distinct bytes, or fewer than 16 distinct differences between neighbours, never occur by chance.
 */
function isWeakKey(key: string): boolean {
  const half = Math.floor(key.length / 2);
  const repeats = Array.from({ length: half }, (_, at) => at + 1).some((n) => key.slice(n) === key.slice(0, -n));
  // The text is checked too: typed letters look random once they are decoded.
  // fault: weak-keys
  return (
    repeats ||
    [bytesOf(key), Buffer.from(key.toLowerCase(), 'latin1')].some((bytes, index) => {
      const enough = index === 0 ? 16 : 8;
      const steps = bytes.subarray(1).map((byte, at) => byte - (bytes[at] ?? 0));
      return new Set(bytes).size < enough || new Set(steps).size < enough;
    })
  );
}

function bytesOf(key: string): Buffer {
  return Buffer.from(key, /^[0-9a-f]+$/i.test(key) ? 'hex' : 'base64url');
}

/** Variables that are likely misspellings of the framework's own, such as `RUSTIO_SECRET_KEY`. */
function misspelled(present: Variables): string[] {
  return Object.keys(present)
    .filter((name) => name.startsWith('RUSTIO_SECRET') && !OWN_VARIABLES.includes(name))
    .map((name) => `${name} is unknown; did you mean ${nearest(name, OWN_VARIABLES) ?? 'RUSTIO_SECRET_KEYS'}?`);
}

function wrongEnvironment(issues: readonly string[]): RustioError {
  const [issue = ''] = issues;
  return issues.length === 1 ? invalidVariable({ issue }) : invalidVariables({ count: issues.length, details: issues });
}
