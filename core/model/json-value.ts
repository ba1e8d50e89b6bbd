import type { Issue } from './kind.ts';
import { issue } from './parsed.ts';
import { cutText, isStorable } from './plain-text.ts';
import type { FieldInfo } from './registry.ts';

type Schema = FieldInfo['schema'];

/** PostgreSQL parses jsonb by recursion and stops at its stack's end; nobody means a hundred levels. */
const MOST_LEVELS = 100;

/** Why a value cannot be stored as jsonb and come back as itself; undefined when it can. */
export function faultOf(value: unknown, level = 1): Issue | undefined {
  if (level > MOST_LEVELS) return issue('problem.jsonDeep', { max: MOST_LEVELS });
  if (typeof value === 'string') return isStorable(value) ? undefined : issue('problem.notStorable');
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : issue('problem.jsonPlain');
  if (value === null || typeof value === 'boolean') return undefined;
  if (Array.isArray(value)) return firstFault(value, level);
  if (!isPlainObject(value)) return issue('problem.jsonPlain');
  if (!Object.keys(value).every(isStorable)) return issue('problem.notStorable');
  // Schemas drop it (zod does, without a word), and programs that copy objects take it for something else.
  if (Object.hasOwn(value, '__proto__')) return issue('problem.jsonProto');
  // A property that is undefined is left out by JSON.stringify, as optional ones of a schema should be.
  return firstFault(
    Object.values(value).filter((part) => part !== undefined),
    level,
  );
}

/** What the schema makes of a value, or why it refuses it. */
export function fitted(value: unknown, schema: Schema): { value: unknown } | { issue: Issue } {
  if (schema === undefined) return { value };
  const outcome = validated(value, schema);
  if (outcome instanceof Promise) {
    outcome.catch(() => undefined);
    return { issue: issue('problem.jsonLater') };
  }
  if (typeof outcome !== 'object' || outcome === null) return { issue: issue('problem.jsonPlain') };
  if ('issues' in outcome && Array.isArray(outcome.issues)) return { issue: told(outcome.issues[0]) };
  return { value: 'value' in outcome ? outcome.value : value };
}

/** A schema that throws refuses: zod does so where a rule is asynchronous, and users' own rules may. */
function validated(value: unknown, schema: NonNullable<Schema>): unknown {
  try {
    return schema['~standard'].validate(value);
  } catch (error) {
    return { issues: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
}

function told(found: unknown): Issue {
  if (typeof found !== 'object' || found === null) return issue('problem.jsonPlain');
  const reason = 'message' in found ? cutText(String(found.message), 300) : '';
  const path = 'path' in found && Array.isArray(found.path) ? found.path : [];
  const where = path.map((part: unknown) => String(isKeyed(part) ? part.key : part)).join('.');
  return where === '' ? issue('problem.jsonShape', { reason }) : issue('problem.jsonShapeAt', { where, reason });
}

function isKeyed(part: unknown): part is { readonly key: unknown } {
  return typeof part === 'object' && part !== null && 'key' in part;
}

function firstFault(parts: readonly unknown[], level: number): Issue | undefined {
  for (const part of parts) {
    const fault = faultOf(part, level + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
