import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An uploaded file, in a folder of the request that is removed after the response. */
export interface Upload {
  /** The name sent by the client. Never use it in a path or show it; `cleanFileName` returns a name that can be shown. */
  readonly name: string;
  /** The path of the content; empty if the file was too large and was discarded. */
  readonly path: string;
  /** In bytes. Also set for files that were too large. */
  readonly size: number;
  /** Hash of the whole content, in hex. */
  readonly sha256: string;
  readonly tooLarge: boolean;
}

/** The uploads of one request. Its folder is created for the first one, and always removed. */
export class Uploads {
  readonly #folder: string;
  #created = false;
  #files = 0;

  /** `folder` must belong to this request alone. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the content to disk as it arrives. A file of more than `max` bytes is discarded. */
  async save(name: string, content: AsyncIterable<Buffer>, max: number): Promise<Upload> {
    await this.#createFolder();
    const file = path.join(this.#folder, String(this.#files++));
    const hash = createHash('sha256');
    let size = 0;
    const measured = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        size += chunk.length;
        hash.update(chunk);
        if (size <= max) yield chunk;
      }
    };
    await pipeline(Readable.from(measured()), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    const tooLarge = size > max;
    if (tooLarge) await rm(file);
    return { name, path: tooLarge ? '' : file, size, sha256: hash.digest('hex'), tooLarge };
  }

  /** Removes the folder with everything in it. */
  async remove(): Promise<void> {
    if (this.#created) await rm(this.#folder, { recursive: true, force: true });
  }

  async #createFolder(): Promise<void> {
    if (this.#created) return;
    this.#created = true;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }
}

/** No request lasts that long, so older folders were left by a process that was killed. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Removes upload folders left by a killed process. */
export async function removeAbandonedFolders(incoming: string): Promise<void> {
  for (const name of await entriesOf(incoming)) {
    const folder = path.join(incoming, name);
    const stats = await stat(folder).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** A missing folder has no entries: there have been no uploads yet. */
async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
