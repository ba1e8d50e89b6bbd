// multipart/form-data as browsers send it (RFC 7578; WHATWG HTML, "multipart/form-data encoding"), read strictly and as it
// comes: a part's content passes through and is never held. Ours, because all of it is written by strangers: the readers at
// hand put no bound on headers, tell files from fields by a header that the sender chooses, and clean up on a timer.

/** One part of a form. Its content must be read to its end, or left alone, before the next part is asked for. */
export interface Part {
  readonly name: string;
  /** As the sender has it; undefined for what is no file. */
  readonly fileName: string | undefined;
  readonly content: AsyncIterable<Buffer>;
}

/** What was sent is not what it says it is. */
export class Malformed extends Error {}

const MOST_HEADER_BYTES = 8_192;
const MOST_HEADERS = 10;
const CRLF = Buffer.from('\r\n');

/** The boundary that a content type names; undefined when it is none (RFC 2046, 5.1.1). */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))\s*(?:;|$)/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  return /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary) ? boundary : undefined;
}

/**
 * The parts of a form, one after the other.
 *
 * @throws Malformed when the body is none of that boundary, or ends before it should.
 */
export async function* partsOf(body: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Part> {
  const scanner = new Scanner(body);
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.concat([CRLF, delimiter]);
  if (!(await scanner.take(delimiter.length)).equals(delimiter)) throw new Malformed('no boundary at the beginning');
  for (;;) {
    const after = await scanner.take(2);
    if (after.toString('latin1') === '--') return;
    if (!after.equals(CRLF)) throw new Malformed('neither a part nor the end behind a boundary');
    const headers = await readHeaders(scanner);
    const content = scanner.until(next);
    yield { ...describe(headers), content };
    for await (const _ of content) {
      // Whatever its reader has left.
    }
  }
}

async function readHeaders(scanner: Scanner): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  let left = MOST_HEADER_BYTES;
  for (;;) {
    const line = await scanner.line(left);
    left -= line.length;
    if (line.length === 0) return headers;
    const [, name = '', value = ''] = /^([\w-]+):[ \t]*([^\r\n]*)$/.exec(line.toString('utf8')) ?? [];
    const key = name.toLowerCase();
    if (key === '' || headers.has(key) || headers.size === MOST_HEADERS) throw new Malformed('headers of a part');
    headers.set(key, value);
  }
}

function describe(headers: ReadonlyMap<string, string>): Pick<Part, 'name' | 'fileName'> {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (!['binary', '7bit', '8bit'].includes(encoding)) throw new Malformed('a part in an encoding of mails');
  const parameters = parametersOf(headers.get('content-disposition') ?? '');
  const name = parameters.get('name');
  if (name === undefined) throw new Malformed('a part without a name');
  return { name, fileName: parameters.get('filename') };
}

/** `form-data; name="scan"; filename="bill.pdf"`. Browsers write quotes and line breaks as `%22`, `%0D`, `%0A`. */
function parametersOf(disposition: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const one = /\s*;\s*([\w*]+)=(?:"([^"]*)"|([^\s;"]+))/y;
  const start = /^form-data/i.exec(disposition);
  if (start === null) throw new Malformed('a part that is none of a form');
  one.lastIndex = start[0].length;
  let end = one.lastIndex;
  for (let found = one.exec(disposition); found !== null; found = one.exec(disposition)) {
    const [, key = '', quoted, plain] = found;
    if (parameters.has(key.toLowerCase())) throw new Malformed('a part with two names');
    parameters.set(key.toLowerCase(), unescaped(quoted ?? plain ?? ''));
    end = one.lastIndex;
  }
  if (disposition.slice(end).trim() !== '') throw new Malformed('a name that cannot be read');
  return parameters;
}

function unescaped(text: string): string {
  return text.replace(/%22|%0d|%0a/gi, (code) => decodeURIComponent(code));
}

/** Looks ahead in a stream of bytes. Holds no more of it than one chunk and what may be the beginning of what is looked for. */
class Scanner {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) await this.#more();
    return this.#drop(length);
  }

  /** Up to the next CRLF, which is taken and not given. */
  async line(most: number): Promise<Buffer> {
    for (let seen = 0; ; ) {
      const end = this.#held.indexOf(CRLF, seen);
      if (end > most || (end === -1 && this.#held.length > most + 1)) throw new Malformed('headers without end');
      if (end !== -1) {
        const line = this.#drop(end);
        this.#drop(CRLF.length);
        return line;
      }
      seen = Math.max(0, this.#held.length - 1);
      await this.#more();
    }
  }

  /** What stands before `sign`, piece by piece; the sign itself is taken. */
  async *until(sign: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#held.indexOf(sign);
      if (end !== -1) {
        const last = this.#drop(end);
        this.#drop(sign.length);
        if (last.length > 0) yield last;
        return;
      }
      const safe = this.#held.length - sign.length + 1;
      if (safe > 0) yield this.#drop(safe);
      await this.#more();
    }
  }

  #drop(length: number): Buffer {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw new Malformed('it ended early');
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
