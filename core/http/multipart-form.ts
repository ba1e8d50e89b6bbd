import { buffer } from 'node:stream/consumers';
import { type Form, FormFields } from './form.ts';
import { Malformed, partsOf } from './multipart.ts';
import type { Uploads } from './upload.ts';

/** What a form with files may be. */
export interface MultipartLimits {
  /** Texts: how many, and their bytes together, names included. */
  readonly fields: number;
  readonly formBytes: number;
  /** The largest file that a part of this name may be, in bytes; undefined: the form has no such file. */
  largestOf(name: string): number | undefined;
  /** Everything that is sent, wanted or not. */
  readonly totalBytes: number;
  readonly files: number;
}

/** More was sent than the form may hold. */
export class TooMuch extends Error {
  readonly what: 'bytes' | 'fields' | 'files';

  constructor(what: TooMuch['what']) {
    super(`too many ${what}`);
    this.what = what;
  }
}

/**
 * Reads multipart/form-data: texts into the form, files into `uploads`. A file that nobody asked for passes by unread; one that
 * is larger than its field allows is told as such, and the rest of the form is not lost for it.
 *
 * @throws Malformed, TooMuch
 */
export async function readMultipart(
  body: AsyncIterable<Buffer>,
  boundary: string,
  limits: MultipartLimits,
  uploads: Uploads,
): Promise<Form> {
  const form = new FormFields();
  const left = { bytes: limits.formBytes, fields: limits.fields, files: limits.files };
  const source = atMost(body, limits.totalBytes);
  try {
    for await (const { name, fileName, content } of partsOf(source, boundary)) {
      left.bytes -= Buffer.byteLength(name);
      if (fileName === undefined) {
        left.fields -= 1;
        if (left.fields < 0) throw new TooMuch('fields');
        const text = await buffer(atMost(content, left.bytes));
        left.bytes -= text.length;
        form.add(name, text.toString('utf8'));
        continue;
      }
      left.files -= 1;
      if (left.files < 0) throw new TooMuch('files');
      const most = limits.largestOf(name);
      if (most === undefined) continue;
      // Two files for one field: no form of ours asks for that.
      if (form.file(name) !== undefined) throw new Malformed('two files of one name');
      const upload = await uploads.keep(fileName, content, most);
      // What a browser sends for a field in which nobody chose a file.
      if (upload.size > 0 || fileName !== '') form.addFile(name, upload);
    }
    return form;
  } finally {
    await source.return(undefined);
  }
}

async function* atMost(body: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let left = most;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left < 0) throw new TooMuch('bytes');
    yield chunk;
  }
}
