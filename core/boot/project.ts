import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Config, Project } from '../config.ts';
import {
  configNotExported,
  configNotLoaded,
  configNotModule,
  configPackageMissing,
  invalidConfig,
  projectFolderInvalid,
} from '../errors/boot.ts';
import { locateError } from '../errors/error-location.ts';
import { RustioError } from '../errors/rustio-error.ts';
import { isTimeZone } from '../model/calendar.ts';
import type { Environment } from '../settings.ts';

export const CONFIG_FILE = 'rustio.config.ts';

/** The nearest folder with a `rustio.config.ts`, searching upward from `start`. */
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
 * Loads a project's config. If it does not compile, throws or has the wrong shape, the error is returned as `configError` (a
 * RustioError) and not thrown, so that `doctor` still works.
 */
export async function loadProject(folder: string, environment: Environment): Promise<Project> {
  try {
    return { folder, environment, config: await loadConfig(folder), configError: undefined };
  } catch (error) {
    return { folder, environment, config: undefined, configError: error };
  }
}

/** Loads and checks a project's config; throws a RustioError `RIO-CONFIG-…`, or the error of an invalid model. */
export async function loadConfig(folder: string): Promise<Config> {
  const file = path.join(folder, CONFIG_FILE);
  // On Windows, a backslash separates folders.
  if (path.sep === '/' && folder.includes('\\')) throw projectFolderInvalid({ folder });
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw notLoaded(folder, error);
  }
  if (!('default' in module)) throw configNotExported();
  return checkConfig(module.default);
}

/**
 * Checks the shape of a config; the contents of models and plugins are checked at startup, which knows their owners.
 *
 * @throws RustioError `RIO-CONFIG-SHAPE` with every problem in its details.
 */
export function checkConfig(config: unknown): Config {
  const issues = issuesOf(config);
  if (issues.length > 0) throw invalidConfig({ count: issues.length, details: issues });
  // Its shape was just checked.
  return config as Config;
}

const model = z.custom(
  (value) => isRecord(value) && 'modelName' in value,
  'is not a model: create it with defineModel()',
);
const plugin = z.custom(
  (value) => isRecord(value) && 'name' in value,
  'is not a plugin: create it with definePlugin()',
);

const rules = z.custom((value) => isRecord(value) && 'model' in value, 'is not a rule: create it with defineRules()');

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
      'must be a path such as "/admin" (lowercase words, no slash at the end), or "/"',
    )
    .optional(),
  publicUrl: z.url({ protocol: /^https?$/, error: 'is not a valid URL such as https://desk.example.org' }).optional(),
  trustedProxies: z.int().min(0).max(10).optional(),
  trustCorrelationId: z.boolean().optional(),
  locale: z.string().refine(isLocale, 'is not a language tag such as "en" or "de-CH"').optional(),
  timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone such as "Europe/Zurich"').optional(),
  files: z.strictObject({ folder: z.string().min(1).optional(), store: store.optional() }).optional(),
  rules: z.array(rules).readonly().optional(),
  messages: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  seed: z.string().startsWith('./', 'must be a path such as "./seed.ts"').optional(),
});

function issuesOf(config: unknown): string[] {
  const parsed = shape.safeParse(config);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKey);
    return [`${z.core.toDotPath(issue.path) || 'the config'}: ${issue.message}`];
  });
}

function unknownKey(key: string): string {
  const suggestion = nearest(key, Object.keys(shape.shape));
  return suggestion === undefined
    ? `${key}: unknown setting; available: ${Object.keys(shape.shape).join(', ')}`
    : `${key}: unknown setting; did you mean "${suggestion}"?`;
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

function notLoaded(folder: string, error: unknown): RustioError {
  // Errors from the project's models and plugins already explain what to do.
  if (error instanceof RustioError) return error;
  const { message, location: place = CONFIG_FILE, source } = locateError(error, folder);
  const packageFile = MODULE_SYNTAX.test(message) ? commonJsPackage(path.join(folder, place)) : undefined;
  if (packageFile !== undefined) {
    return configNotModule({ place, packageFile: path.relative(folder, packageFile), cause: error, details: source });
  }
  const name = /^Cannot find package '([^']+)'/.exec(message)?.[1];
  return name === undefined
    ? configNotLoaded({ message, place, cause: error, details: source })
    : configPackageMissing({ message, place, name, cause: error, details: source });
}

/** What V8 reports where a file with the syntax of ES modules is loaded as CommonJS. */
const MODULE_SYNTAX = /outside a module|Unexpected token 'export'|top level bodies of modules/;

/** The nearest package.json of a file, if it declares that its files are CommonJS. */
function commonJsPackage(file: string): string | undefined {
  const folder = path.dirname(file);
  const packageFile = path.join(folder, 'package.json');
  if (!existsSync(packageFile)) return folder === path.dirname(folder) ? undefined : commonJsPackage(folder);
  // Node itself has read it; one that is not valid JSON is another error.
  const content: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  return isRecord(content) && content.type === 'commonjs' ? packageFile : undefined;
}
