import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Config, Environment, ProjectContext } from './config.ts';
import { RustioError } from './errors.ts';
import { nearest } from './model/nearest.ts';
import { placeOf } from './place-of-error.ts';

export const CONFIG_FILE = 'rustio.config.ts';

/** The nearest folder from `start` upward that holds a `rustio.config.ts`. */
export function findProject(start: string): string | undefined {
  let folder = path.resolve(start);
  while (!existsSync(path.join(folder, CONFIG_FILE))) {
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return folder;
}

/**
 * Loads a project's config. One that does not compile, throws or has the wrong shape is not thrown but told in
 * `configError` (a RustioError), for `doctor` works all the same.
 */
export async function loadProject(folder: string, environment: Environment): Promise<ProjectContext> {
  try {
    return { folder, environment, config: await loadConfig(folder), configError: undefined };
  } catch (error) {
    return { folder, environment, config: undefined, configError: error };
  }
}

/** Loads and checks a project's config; throws a RustioError `RIO-CONFIG-…`, or the one of a model that is declared wrongly. */
export async function loadConfig(folder: string): Promise<Config> {
  const file = path.join(folder, CONFIG_FILE);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw notLoaded(folder, error);
  }
  if (!('default' in module)) throw noDefaultExport();
  return checkConfig(module.default);
}

/**
 * Checks the shape of a config; what is inside models and plugins is checked at boot, which knows their owners.
 *
 * @throws RustioError `RIO-CONFIG-SHAPE` with every mistake in its details
 */
export function checkConfig(config: unknown): Config {
  const mistakes = mistakesIn(config);
  if (mistakes.length > 0) throw wrongShape(mistakes);
  // Its shape was just checked.
  return config as Config;
}

const model = z.custom(
  (value) => isRecord(value) && 'modelName' in value,
  'is not a model: make it with defineModel()',
);
const plugin = z.custom((value) => isRecord(value) && 'name' in value, 'is not a plugin: make it with definePlugin()');

const rules = z.custom((value) => isRecord(value) && 'model' in value, 'is not a rule: make it with defineRules()');

const store = z.custom(
  (value) => isRecord(value) && ['put', 'open', 'remove'].every((name) => typeof value[name] === 'function'),
  'is not a store: it needs the functions put, open and remove',
);

const shape = z.strictObject({
  name: z.string().trim().min(1, 'is empty: give the application a name'),
  models: z.array(model).readonly().optional(),
  plugins: z.record(z.string(), z.unknown()).optional(),
  extend: z.array(plugin).readonly().optional(),
  mountPath: z
    .string()
    .regex(
      /^(?:\/|(?:\/[a-z0-9-]+)+)$/,
      'must be a path such as "/admin" (lower-case words, no slash at the end), or "/"',
    )
    .optional(),
  publicUrl: z.url({ protocol: /^https?$/, error: 'is not a valid URL such as https://desk.example.org' }).optional(),
  trustedProxies: z.int().min(0).max(10).optional(),
  locale: z.string().refine(isLocale, 'is not a language tag such as "en" or "de-CH"').optional(),
  timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone such as "Europe/Zurich"').optional(),
  files: z.strictObject({ folder: z.string().min(1).optional(), store: store.optional() }).optional(),
  rules: z.array(rules).readonly().optional(),
  messages: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  seed: z.string().startsWith('./', 'must be a path such as "./seed.ts"').optional(),
});

function mistakesIn(config: unknown): string[] {
  const read = shape.safeParse(config);
  if (read.success) return [];
  return read.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKey);
    return [`${z.core.toDotPath(issue.path) || 'the config'}: ${issue.message}`];
  });
}

function unknownKey(key: string): string {
  const meant = nearest(key, Object.keys(shape.shape));
  return meant === undefined
    ? `${key}: there is no such setting; known are ${Object.keys(shape.shape).join(', ')}`
    : `${key}: there is no such setting; did you mean "${meant}"?`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function notLoaded(folder: string, error: unknown): RustioError {
  // A model or plugin that the project declares wrongly explains itself.
  if (error instanceof RustioError) return error;
  const { message, place, source } = placeOf(error, folder);
  const where = place === undefined ? CONFIG_FILE : place;
  const packageMissing = /^Cannot find package '([^']+)'/.exec(message)?.[1];
  return new RustioError(
    'RIO-CONFIG-LOAD',
    {
      problem: `The project does not load: ${message} (${where}).`,
      why: `${CONFIG_FILE}, or a file that it imports, does not compile or throws.`,
      fix:
        packageMissing === undefined
          ? `Correct ${where}.`
          : `Run npm install, or add "${packageMissing}" to package.json.`,
      retry: 'After the correction.',
    },
    { cause: error, details: source },
  );
}

function noDefaultExport(): RustioError {
  return new RustioError('RIO-CONFIG-EXPORT', {
    problem: `${CONFIG_FILE} has no default export.`,
    why: 'What it exports by default is the configuration of the project.',
    fix: 'Write: export default defineConfig({ name: "…", models });',
    retry: 'After the correction.',
  });
}

function wrongShape(mistakes: readonly string[]): RustioError {
  return new RustioError(
    'RIO-CONFIG-SHAPE',
    {
      problem: `Invalid ${CONFIG_FILE}.`,
      why: mistakes.length === 1 ? '1 setting is wrong:' : `${mistakes.length} settings are wrong:`,
      fix: `Correct ${CONFIG_FILE}.`,
      retry: 'After the correction.',
    },
    { details: mistakes },
  );
}
