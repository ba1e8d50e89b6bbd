/** A small, cheap client: it must not take the processor from those whom it measures. */
import { connect, type Socket } from 'node:net';

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

/** Asks for `ms` milliseconds, or `most` times, with so many requests under way at once. Any answer but 200 is an error. */
export async function load(
  ask: Ask | readonly Ask[],
  { ms = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY, connections = 8 },
): Promise<Round> {
  const asks = Array.isArray(ask) ? (ask as readonly Ask[]) : [ask as Ask];
  const times: number[] = [];
  let bytes = 0;
  let begun = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    const [first] = asks;
    if (!first) return;
    const line = await open(first.port);
    while (begun < most && performance.now() - began < ms) {
      const next = asks[begun % asks.length] ?? first;
      begun += 1;
      const sent = performance.now();
      const answer = await exchange(line, next);
      times.push(performance.now() - sent);
      bytes = answer.length;
    }
    line.destroy();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return {
    requests: times.length,
    seconds: (performance.now() - began) / 1000,
    times: times.sort((a, b) => a - b),
    bytes,
  };
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
