// multipart/form-data as browsers send it (RFC 7578; WHATWG HTML, "multipart/form-data encoding"), parsed with `Dicer` of
// @fastify/busboy: docs/decisions/0001-multipart.md.
import type { Readable } from 'node:stream';

/** One part of a form. Its content must be either read to the end or not read at all before the next part is requested. */
export interface Part {
  readonly name: string;
  /** The name given by the sender; undefined if the part is not a file. */
  readonly fileName: string | undefined;
  readonly content: AsyncIterable<Buffer>;
}

/** The body does not match its headers. */
export class Malformed extends Error {}

const MAX_HEADER_BYTES = 8_192;
const MAX_HEADERS = 10;

/** The boundary in a content type; undefined if it is not valid (RFC 2046, 5.1.1). */
export function parseBoundary(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))\s*(?:;|$)/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  return /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary) ? boundary : undefined;
}

/**
 * The parts of a form, one after the other.
 *
 * @throws Malformed if the body is not multipart with that boundary, or ends early
 *
 * @example
 * for await (const { name, fileName, content } of partsOf(request, 'XYZ')) console.log(name, await text(content));
 */
export async function* partsOf(body: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Part> {
  const parser = await Parser.of(body, boundary);
  for (let part = await parser.nextPart(); part !== undefined; part = await parser.nextPart()) {
    const content = parser.contentOf(part.stream);
    yield { ...describe(part.headers), content };
    for await (const _ of content) {
      // Discard what the consumer has not read.
    }
  }
}

/** Headers by lowercase name, with all values that were sent, one character per byte. */
type RawHeaders = Readonly<Record<string, readonly string[]>>;
interface RawPart {
  readonly stream: Readable;
  readonly headers: RawHeaders;
}

/**
 * Turns Dicer's push streams into a pull interface: the next chunk of the body is read only when the output of the previous one has
 * been consumed.
 */
class Parser {
  readonly #source: AsyncIterator<Buffer>;
  readonly #dicer: Dicer;
  readonly #parts: RawPart[] = [];
  /** A part whose headers are not complete yet, and the number of bytes since it began. */
  #open: Readable | undefined;
  #openBytes = 0;
  #preamble: Readable | undefined;
  #failure: Malformed | undefined;
  #finished = false;

  private constructor(source: AsyncIterator<Buffer>, dicer: Dicer) {
    this.#source = source;
    this.#dicer = dicer;
    dicer.on('preamble', (stream) => {
      this.#preamble = stream;
      stream.on('error', ignore);
    });
    dicer.on('part', (stream) => this.#begin(stream));
    dicer.on('error', () => this.#fail('it ends early'));
    dicer.on('finish', () => {
      this.#finished = true;
    });
  }

  /** Dicer is loaded for the first form with files. */
  static async of(body: AsyncIterable<Buffer>, boundary: string): Promise<Parser> {
    const { Dicer } = await import('@fastify/busboy');
    // Higher than allowed, so that an excess can be detected.
    const limits = { maxHeaderPairs: MAX_HEADERS + 1, maxHeaderSize: 2 * MAX_HEADER_BYTES };
    return new Parser(body[Symbol.asyncIterator](), new Dicer({ boundary, ...limits }));
  }

  async nextPart(): Promise<RawPart | undefined> {
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) return part;
      if (this.#failure) throw this.#failure;
      if (this.#finished) return undefined;
      await this.#feed();
    }
  }

  async *contentOf(stream: Readable): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk: unknown = stream.read();
      if (Buffer.isBuffer(chunk)) {
        yield chunk;
        continue;
      }
      // A stream reports its end in the next tick.
      await nextTick();
      if (stream.readableEnded) return;
      if (stream.readableLength > 0) continue;
      if (this.#failure) throw this.#failure;
      await this.#feed();
    }
  }

  #begin(stream: Readable): void {
    // The parser also reports a part that ends early.
    stream.on('error', ignore);
    if (this.#open !== undefined) this.#fail('a part without headers');
    this.#open = stream;
    this.#openBytes = 0;
    stream.once('header', (headers: RawHeaders) => {
      this.#open = undefined;
      if (exceedsLimits(headers)) this.#fail('too many headers in a part');
      this.#parts.push({ stream, headers });
    });
  }

  async #feed(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) {
      this.#dicer.end();
      // The parser reports the end within a few ticks; otherwise, the body is incomplete.
      for (let tick = 0; tick < 10 && !this.#finished && !this.#failure; tick += 1) await nextTick();
      if (!this.#finished) this.#fail('it ends early');
    } else {
      this.#openBytes += value.length;
      this.#dicer.write(value);
      await nextTick();
      if (this.#open === undefined) this.#openBytes = 0;
      else if (this.#openBytes > value.length + MAX_HEADER_BYTES) this.#fail('headers that do not end');
    }
    if ((this.#preamble?.readableLength ?? 0) > 0) this.#fail('content before the first boundary');
    if (this.#finished && this.#open !== undefined) this.#fail('a part without headers');
  }

  #fail(reason: string): void {
    this.#failure ??= new Malformed(reason);
  }
}

/** The part of the parser's API that is used here; its own types are `any`. */
interface Dicer {
  on(event: 'part' | 'preamble', listener: (stream: Readable) => void): unknown;
  on(event: 'error' | 'finish', listener: () => void): unknown;
  write(chunk: Buffer): unknown;
  end(): unknown;
}

function ignore(): void {}

function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function exceedsLimits(headers: RawHeaders): boolean {
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name.length + value.length));
  return lines.length > MAX_HEADERS || lines.reduce((sum, length) => sum + length + 4, 0) > MAX_HEADER_BYTES;
}

function describe(headers: RawHeaders): Pick<Part, 'name' | 'fileName'> {
  if (Object.values(headers).some((values) => values.length > 1)) throw new Malformed('a duplicate header');
  const encoding = headerOf(headers, 'content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (!['binary', '7bit', '8bit'].includes(encoding)) throw new Malformed('a part with a Content-Transfer-Encoding');
  const parameters = parametersOf(headerOf(headers, 'content-disposition') ?? '');
  const name = parameters.get('name');
  if (name === undefined) throw new Malformed('a part without a name');
  return { name, fileName: parameters.get('filename') };
}

function headerOf(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name]?.[0];
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8').trim();
}

/** Parses `form-data; name="scan"; filename="bill.pdf"`. Browsers encode quotes and line breaks as `%22`, `%0D`, `%0A`. */
function parametersOf(disposition: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const parameter = /\s*;\s*([\w*]+)=(?:"([^"]*)"|([^\s;"]+))/y;
  const start = /^form-data/i.exec(disposition);
  if (start === null) throw new Malformed('a part that is not form data');
  parameter.lastIndex = start[0].length;
  let end = parameter.lastIndex;
  for (let match = parameter.exec(disposition); match !== null; match = parameter.exec(disposition)) {
    const [, key = '', quoted, plain] = match;
    if (parameters.has(key.toLowerCase())) throw new Malformed('a part with two names');
    parameters.set(key.toLowerCase(), unescaped(quoted ?? plain ?? ''));
    end = parameter.lastIndex;
  }
  if (disposition.slice(end).trim() !== '') throw new Malformed('an unreadable name');
  return parameters;
}

function unescaped(text: string): string {
  return text.replace(/%22|%0d|%0a/gi, (code) => decodeURIComponent(code));
}
