import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { CONFIG_FILE, findProject } from '../core/boot/project.ts';
import { envFileUnreadable, projectMissing } from '../core/errors/boot.ts';

/**
 * The project folder of a command: the value of `--project`, otherwise the current folder or the nearest parent that has a config.
 *
 * @throws RustioError `RIO-PROJECT-MISSING` if there is none.
 */
export function projectFolder(option: string | undefined): string {
  if (option === undefined) {
    const nearest = findProject(process.cwd());
    if (nearest !== undefined) return nearest;
    throw projectMissing({ searched: `${process.cwd()} or its parent folders` });
  }
  const folder = path.resolve(option);
  if (existsSync(path.join(folder, CONFIG_FILE))) return folder;
  throw projectMissing({ searched: folder });
}

/** Loads the project's `.env` into the environment; existing variables take precedence. */
export function loadEnvFile(folder: string): void {
  const file = path.join(folder, '.env');
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(envText(readEnvFile(file))))) process.env[name] ??= value;
}

/** Docker creates a folder in place of a missing file that it mounts. */
function readEnvFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // fault: unreadable-env-file
    throw envFileUnreadable({ file, reason, cause: error });
  }
}

/**
 * Decodes a `.env` file as written by any editor or shell. Node's own `loadEnvFile` silently ignores the first line after a byte
 * order mark (Notepad), and every line in UTF-16 (`>` in PowerShell) or with CR line endings.
 */
export function envText(bytes: Buffer): string {
  return decoded(bytes).replace(/\r\n?/g, '\n');
}

function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  // Variable names begin with an ASCII character, which in UTF-16 is encoded with a zero byte.
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  // The decoder removes a byte order mark.
  return new TextDecoder(isBigEndian ? 'utf-16be' : isLittleEndian ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** Quotes a folder name for a shell, so that it can be copied from the terminal. */
export function quoteForShell(word: string): string {
  return /^[\p{L}\p{N}_./@+-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
