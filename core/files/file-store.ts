import { constants, createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Where the contents of files are stored: a folder (`localFiles`), or the store that a project sets as `files.store` in its
 * config. It handles only keys and bytes; names, types and permissions are in the database.
 *
 * @example
 * const bucket: FileStore = {
 *   put: (key, content) => upload(key, content),
 *   open: (key) => download(key),
 *   remove: (key) => erase(key),
 * };
 */
export interface FileStore {
  /**
   * Stores the content under a key that was never used before. When the promise resolves, the content must be durable, since a
   * record that references it may be committed immediately afterwards.
   */
  put(key: string, content: Readable): Promise<void>;
  /**
   * The content from its first byte; rejects if there is none under this key. `size` is its size when it was stored: reject if it is
   * known to have another one now, since the response has already announced this size.
   */
  open(key: string, size?: number): Promise<Readable>;
  /** Removes the content. Missing content is not an error: an interrupted removal is retried. */
  remove(key: string): Promise<void>;
}

/** The format of keys, which the framework generates. Nothing else may become part of a path. */
const KEY = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/**
 * The built-in file store: one file per key, in 256 subfolders of a folder, so that none becomes too large to list. Created on
 * first use.
 */
export function localFiles(folder: string): FileStore {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError('Not a valid file key.');
    return path.join(folder, key.slice(0, 2), key);
  };
  return {
    async put(key, content) {
      const file = pathOf(key);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      // `wx`: a key is never reused. `flush`: the content is on disk before the row is committed.
      await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
    },
    async open(key, size) {
      // A link may have been put there to read another file of this machine.
      // fault: link-in-file-folder
      const handle = await open(pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW);
      const stored = await handle.stat();
      // fault: damaged-file-sent
      if (stored.isFile() && (size === undefined || stored.size === size)) return handle.createReadStream();
      await handle.close();
      throw new Error(`The stored file has ${stored.size} bytes instead of ${size}, or is not a file.`);
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
  };
}
