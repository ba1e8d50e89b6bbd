/** The client of the benchmarks: autocannon for load, and a plain socket for reading the bytes of one response. */
import { connect, type Socket } from 'node:net';
import autocannon, { type Options } from 'autocannon';

export interface Round {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds of each request, sorted. */
  readonly times: readonly number[];
  /** Bytes of the last response, headers included. */
  readonly bytes: number;
}

export interface BenchRequest {
  readonly port: number;
  readonly path: string;
  readonly cookie: string;
  readonly encoding?: string;
}

/** How often autocannon checks whether the time is up. */
const CHECK_MS = 20;

/**
 * Sends requests for `ms` milliseconds, or `max` requests, over this number of connections. Any status but 200 is an error. Every
 * contender is measured with the same client in the same process, so all of their figures include the cost of the client.
 */
export async function load(
  request: BenchRequest | readonly BenchRequest[],
  { ms, max, connections = 8 }: { readonly ms?: number; readonly max?: number; readonly connections?: number },
): Promise<Round> {
  const requests: readonly BenchRequest[] = 'path' in request ? [request] : request;
  const [first] = requests;
  if (!first) throw new Error('There are no requests.');
  const times: number[] = [];
  const failures: string[] = [];
  let bytes = 0;
  const began = performance.now();
  let last = began;
  const options: Options = {
    url: `http://127.0.0.1:${first.port}`,
    connections,
    sampleInt: CHECK_MS,
    ...(max === undefined ? { duration: (ms ?? 0) / 1_000 } : { amount: max }),
    requests: requests.map((each) => ({ method: 'GET', path: each.path, headers: headersOf(each) })),
  };
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(options, (error: unknown) => (error ? reject(error) : resolve()));
    run.on('response', (_client, status, size, time) => {
      last = performance.now();
      times.push(time);
      bytes = size;
      if (status !== 200) failures.push(String(status));
    });
    run.on('reqError', (error: unknown) => failures.push(String(error)));
    if (max === undefined || ms === undefined) return;
    const timeout = setTimeout(() => run.stop(), ms);
    run.once('done', () => clearTimeout(timeout));
  });
  if (failures.length > 0)
    throw new Error(`${first.path}: ${failures.length} requests did not return 200, but ${failures[0]}.`);
  return {
    requests: times.length,
    seconds: (last - began) / 1000,
    times: times.sort((a, b) => a - b),
    bytes,
  };
}

function headersOf({ cookie, encoding }: BenchRequest): Record<string, string> {
  return { cookie, accept: 'text/html', ...(encoding === undefined ? {} : { 'accept-encoding': encoding }) };
}

/** One response, headers and body, as it was received. */
export async function requestOnce(request: BenchRequest): Promise<Buffer> {
  const socket = await open(request.port);
  const response = await exchange(socket, request);
  socket.destroy();
  return response;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });
}

function exchange(socket: Socket, { path, cookie, encoding }: BenchRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let remaining: number | undefined;
    const fail = (): void => reject(new Error(`The connection ended at ${path}.`));
    const read = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (remaining === undefined) {
        const received = Buffer.concat(chunks);
        const end = received.indexOf('\r\n\r\n');
        if (end === -1) return;
        const head = received.toString('latin1', 0, end);
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
        if (!head.startsWith('HTTP/1.1 200') || Number.isNaN(length)) {
          reject(new Error(`${path}: ${head}`));
          return;
        }
        remaining = end + 4 + length - received.length;
      } else remaining -= chunk.length;
      if (remaining > 0) return;
      socket.off('data', read).off('close', fail);
      resolve(Buffer.concat(chunks));
    };
    socket.on('data', read).once('close', fail);
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\naccept: text/html\r\n${
        encoding === undefined ? '' : `accept-encoding: ${encoding}\r\n`
      }\r\n`,
    );
  });
}
