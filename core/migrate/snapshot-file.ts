import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { snapshotUnreadable } from '../errors/migrations.ts';
import { SNAPSHOT_VERSION, type Snapshot, snapshotSchema } from './shape.ts';

/** The name of the snapshot in the project's migrations folder. */
export const SNAPSHOT_FILE = 'snapshot.json';

/**
 * The snapshot in a project's migrations folder; undefined if there is none yet.
 *
 * @throws RIO-MIGRATE-SNAPSHOT if the file is not a snapshot, or was written by a newer release.
 */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw snapshotUnreadable({ file, why: 'The file exists but cannot be opened.', cause: error });
  }
  const data = parseJson(file, text.replace(/^\uFEFF/, ''));
  // The version is checked first, because the rest of a newer file would look malformed.
  const { version } = z.looseObject({ version: z.unknown() }).catch({ version: undefined }).parse(data);
  if (version !== SNAPSHOT_VERSION) {
    const why =
      version === undefined
        ? 'It has no version.'
        : `Its version is ${String(version)}; this release supports version ${SNAPSHOT_VERSION}.`;
    throw snapshotUnreadable({ file, why });
  }
  const parsed = snapshotSchema.safeParse(data);
  if (!parsed.success) throw snapshotUnreadable({ file, why: z.prettifyError(parsed.error), cause: parsed.error });
  return parsed.data;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const isConflict = text.includes('<<<<<<<');
    const why = isConflict ? 'It contains merge conflict markers.' : 'It is not valid JSON.';
    throw snapshotUnreadable({ file, why, cause: error });
  }
}

/** Writes a file atomically: readers see either the old or the new version, never a partial one. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const WIDTH = 120;

/**
 * A snapshot as JSON with one line per column and constraint, so that diffs are short and branches can be merged. The layout is
 * that of common JSON formatters.
 */
export function printSnapshot(snapshot: Snapshot): string {
  return `${print(snapshot, '', 0)}\n`;
}

/** `before`: the number of characters before the value on its line. */
function print(value: unknown, indent: string, before: number): string {
  const line = onOneLine(value);
  // One column is reserved for the trailing comma.
  if (!needsLineBreaks(value) && indent.length + before + line.length < WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + print(item, inner, 0));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return line;
  const members = Object.entries(value).map(([name, member]) => {
    const key = `${JSON.stringify(name)}: `;
    return inner + key + print(member, inner, key.length);
  });
  return `{\n${members.join(',\n')}\n${indent}}`;
}

function needsLineBreaks(value: unknown): boolean {
  if (Array.isArray(value)) return (value.length > 1 && value.some(isObject)) || value.some(needsLineBreaks);
  return isObject(value) && Object.values(value).some((member) => Array.isArray(member) && member.some(hasLists));
}

/** Whether the value is a table, or contains tables. */
function hasLists(value: unknown): boolean {
  return isObject(value) && Object.values(value).some((member) => Array.isArray(member) && member.some(isObject));
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${onOneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
