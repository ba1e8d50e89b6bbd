import type { Readable } from 'node:stream';

/**
 * Where the contents of files are kept: a folder (`localFiles`), or whatever a project puts into `files.store` of its config.
 * It knows keys and bytes and nothing else; names, types and rights stand in the database.
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
   * Keeps the content under a key that was never used before. When the promise settles, the content must survive the end of
   * the process: a record that points to it may be committed the next moment.
   */
  put(key: string, content: Readable): Promise<void>;
  /** The content from its first byte; rejects when there is none under this key. */
  open(key: string): Promise<Readable>;
  /** Takes the content away. That there is none is no error: whoever was killed in the middle tries again. */
  remove(key: string): Promise<void>;
}
