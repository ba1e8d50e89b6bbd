import { createWriteStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileStore } from './file-store.ts';

/** Keys are ours. Anything else must never become part of a path, whoever it comes from. */
const KEY = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Contents in a folder, one file a key, in 256 folders so that none grows too large to look into. Made on the first use. */
export function localFiles(folder: string): FileStore {
  const place = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError('That is no key of a file.');
    return path.join(folder, key.slice(0, 2), key);
  };
  return {
    async put(key, content) {
      const file = place(key);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      // `wx`: a key is used once. `flush`: on the disk before the row may be committed.
      await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
    },
    async open(key) {
      const handle = await open(place(key), 'r');
      return handle.createReadStream();
    },
    async remove(key) {
      await rm(place(key), { force: true });
    },
  };
}
