import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { badSnapshot } from './problems.ts';
import { SNAPSHOT_VERSION, type Snapshot, snapshotSchema } from './shape.ts';

/**
 * The snapshot beside a project's migrations; undefined when there is none yet.
 *
 * @throws RIO-MIGRATE-SNAPSHOT when it is no snapshot, or one of a newer release.
 */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw badSnapshot(file, 'The file is there, but cannot be opened.', error);
  }
  const data = parseJson(file, text.replace(/^\uFEFF/, ''));
  // The version first: of a newer file the rest would only look malformed.
  const { version } = z.looseObject({ version: z.unknown() }).catch({ version: undefined }).parse(data);
  if (version !== SNAPSHOT_VERSION) {
    const why = `It is of version ${String(version)}; this release writes and reads ${SNAPSHOT_VERSION}.`;
    throw badSnapshot(file, why);
  }
  const read = snapshotSchema.safeParse(data);
  if (!read.success) throw badSnapshot(file, z.prettifyError(read.error), read.error);
  return read.data;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const isConflict = text.includes('<<<<<<<');
    throw badSnapshot(file, isConflict ? 'It holds the marks of a merge conflict.' : 'It is no JSON.', error);
  }
}

/** Writes a file so that a reader sees the old one or the new one, never half of it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writeFile(aside, text);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

const WIDTH = 120;

/**
 * A snapshot as JSON with a line for each column and constraint, so that a change is a line in a review and two branches
 * merge; laid out as common formatters of JSON leave it.
 */
export function printSnapshot(snapshot: Snapshot): string {
  return `${print(snapshot, '', 0)}\n`;
}

function print(value: unknown, indent: string, before: number): string {
  const line = onOneLine(value);
  // One place is kept for the comma behind it.
  if (!mustBreak(value) && indent.length + before + line.length < WIDTH) return line;
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

function mustBreak(value: unknown): boolean {
  if (Array.isArray(value)) return (value.length > 1 && value.some(isObject)) || value.some(mustBreak);
  return isObject(value) && Object.values(value).some((member) => Array.isArray(member) && member.some(hasLists));
}

/** A table; or what holds tables. */
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
