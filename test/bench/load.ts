/** The client of the benchmarks: autocannon for load, and a plain socket where the bytes of one answer are looked at. */
import { connect, type Socket } from 'node:net';
import autocannon, { type Options } from 'autocannon';

export interface Round {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds of each request, sorted. */
  readonly times: readonly number[];
  /** Bytes of the last answer, headers included. */
  readonly bytes: number;
}

export interface Ask {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
  readonly encoding?: string;
}

/** How often autocannon looks whether the time is up. */
const LOOK_MS = 20;

/**
 * Asks for `ms` milliseconds, or `most` times, with so many requests under way at once. Any answer but 200 is an error. Every
 * contender is asked by the same client in the same process, so what the client itself costs is in all of their figures.
 */
export async function load(
  ask: Ask | readonly Ask[],
  { ms, most, connections = 8 }: { readonly ms?: number; readonly most?: number; readonly connections?: number },
): Promise<Round> {
  const asks: readonly Ask[] = 'path' in ask ? [ask] : ask;
  const [first] = asks;
  if (!first) throw new Error('There is nothing to ask.');
  const times: number[] = [];
  const wrong: string[] = [];
  let bytes = 0;
  const began = performance.now();
  let last = began;
  const options: Options = {
    url: `http://127.0.0.1:${first.port}`,
    connections,
    sampleInt: LOOK_MS,
    ...(most === undefined ? { duration: (ms ?? 0) / 1_000 } : { amount: most }),
    requests: asks.map((each) => ({ method: 'GET', path: each.path, headers: headersOf(each) })),
  };
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(options, (error: unknown) => (error ? reject(error) : resolve()));
    run.on('response', (_client, status, size, time) => {
      last = performance.now();
      times.push(time);
      bytes = size;
      if (status !== 200) wrong.push(String(status));
    });
    run.on('reqError', (error: unknown) => wrong.push(String(error)));
    if (most === undefined || ms === undefined) return;
    const late = setTimeout(() => run.stop(), ms);
    run.once('done', () => clearTimeout(late));
  });
  if (wrong.length > 0)
    throw new Error(`${first.path}: ${wrong.length} requests were not answered with 200, but ${wrong[0]}.`);
  return {
    requests: times.length,
    seconds: (last - began) / 1000,
    times: times.sort((one, other) => one - other),
    bytes,
  };
}

function headersOf({ cookie, encoding }: Ask): Record<string, string> {
  return { cookie, accept: 'text/html', ...(encoding === undefined ? {} : { 'accept-encoding': encoding }) };
}

/** One answer, headers and body, as it came over the line. */
export async function askOnce(ask: Ask): Promise<Buffer> {
  const line = await open(ask.port);
  const answer = await exchange(line, ask);
  line.destroy();
  return answer;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const line = connect(port, '127.0.0.1', () => resolve(line.setNoDelay(true)));
    line.once('error', reject);
  });
}

function exchange(line: Socket, { path, cookie, encoding }: Ask): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let missing: number | undefined;
    const fail = (): void => reject(new Error(`The connection ended at ${path}.`));
    const read = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (missing === undefined) {
        const whole = Buffer.concat(chunks);
        const end = whole.indexOf('\r\n\r\n');
        if (end === -1) return;
        const head = whole.toString('latin1', 0, end);
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
        if (!head.startsWith('HTTP/1.1 200') || Number.isNaN(length)) {
          reject(new Error(`${path}: ${head}`));
          return;
        }
        missing = end + 4 + length - whole.length;
      } else missing -= chunk.length;
      if (missing > 0) return;
      line.off('data', read).off('close', fail);
      resolve(Buffer.concat(chunks));
    };
    line.on('data', read).once('close', fail);
    line.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\naccept: text/html\r\n${
        encoding === undefined ? '' : `accept-encoding: ${encoding}\r\n`
      }\r\n`,
    );
  });
}
