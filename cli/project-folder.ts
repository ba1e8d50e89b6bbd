import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { CONFIG_FILE, findProject } from '../core/boot/project.ts';
import { projectMissing } from '../core/errors/boot.ts';

/**
 * The project of a command: the value of `--project`, otherwise the nearest parent folder with a config.
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

/** Reads the project's `.env` into the environment; existing variables win. */
export function loadEnvFile(folder: string): void {
  const file = path.join(folder, '.env');
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(envText(readFileSync(file))))) process.env[name] ??= value;
}

/**
 * The text of a `.env` file as any editor or shell writes it. Node's own `loadEnvFile` ignores the first line of a file with a byte
 * order mark (Notepad), and every line of one in UTF-16 (`>` of PowerShell) or with CR as line ends, without a message.
 */
export function envText(bytes: Buffer): string {
  return decoded(bytes).replace(/\r\n?/g, '\n');
}

function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  // A variable's name begins with an ASCII character, of which UTF-16 makes a zero byte and itself.
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  // The decoder removes a byte order mark.
  return new TextDecoder(isBigEndian ? 'utf-16be' : isLittleEndian ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** A folder's name as a shell reads it, to be copied from the terminal. */
export function quoteForShell(word: string): string {
  return /^[\p{L}\p{N}_./@+-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
