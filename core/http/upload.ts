import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that came with a form. It lies in a folder of the request, which is gone when the request is answered. */
export interface Upload {
  /** As the sender called it: nothing to build a path of, nothing to show. */
  readonly name: string;
  /** Where its content is; empty when it was too large to be kept. */
  readonly path: string;
  /** In bytes, also of what was too large. */
  readonly size: number;
  /** In hex; of the whole content. */
  readonly sha256: string;
  readonly tooLarge: boolean;
}

/** The uploads of one request. Its folder is made for the first one, and removed whatever happens. */
export class Uploads {
  readonly #folder: string;
  #made = false;
  #files = 0;

  /** `folder` must be of this request alone. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes a content down while it comes, up to `most` bytes; of what is larger nothing is kept. */
  async keep(name: string, content: AsyncIterable<Buffer>, most: number): Promise<Upload> {
    await this.#make();
    const file = path.join(this.#folder, String(this.#files++));
    const hash = createHash('sha256');
    let size = 0;
    const measured = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        size += chunk.length;
        hash.update(chunk);
        if (size <= most) yield chunk;
      }
    };
    await pipeline(Readable.from(measured()), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    const tooLarge = size > most;
    if (tooLarge) await rm(file);
    return { name, path: tooLarge ? '' : file, size, sha256: hash.digest('hex'), tooLarge };
  }

  async remove(): Promise<void> {
    if (this.#made) await rm(this.#folder, { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    if (this.#made) return;
    this.#made = true;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }
}
