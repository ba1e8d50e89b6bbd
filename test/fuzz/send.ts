import { type ClientRequest, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FuzzRequest } from './request.ts';

export interface FuzzResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

const TIMEOUT_MS = 20_000;

/** Holds back the second half of a body. */
export interface Pause {
  /** Resolves when the first half has arrived where it should. */
  readonly until: Promise<void>;
  /** `sendRest` is to be called once. */
  readonly work: (sendRest: () => void) => Promise<void>;
}

/** Sends a request unchanged: the path is not normalized, and only the length is added. Rejects without a complete response. */
export async function send(origin: string, request: FuzzRequest, id: string, pause?: Pause): Promise<FuzzResponse> {
  const { outgoing, response } = begin(origin, request, id);
  const { body } = request;
  if (pause === undefined || body === undefined) {
    outgoing.end(body);
    return response;
  }
  const half = Math.floor(body.length / 2);
  outgoing.flushHeaders();
  outgoing.write(body.subarray(0, half));
  // A request that is rejected earlier never gets there.
  await Promise.race([pause.until, response]);
  await pause.work(() => outgoing.end(body.subarray(half)));
  return response;
}

interface Sent {
  readonly outgoing: ClientRequest;
  readonly response: Promise<FuzzResponse>;
}

function begin(origin: string, { method, path, headers, body }: FuzzRequest, id: string): Sent {
  const { hostname, port } = new URL(origin);
  const { promise, resolve, reject } = Promise.withResolvers<FuzzResponse>();
  const options = {
    hostname,
    port,
    method,
    path,
    headers: { ...headers, ...lengthOf(headers, body), 'x-correlation-id': id },
    agent: false,
  };
  const outgoing = request({ ...options, timeout: TIMEOUT_MS }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const text = decompressed(bytes, response.headers['content-encoding']).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error(`no response within ${TIMEOUT_MS / 1000} s`)));
  outgoing.on('error', reject);
  return { outgoing, response: promise };
}

/** Node omits it for methods that usually have no body, and the body would be parsed as the next request of the connection. */
function lengthOf(headers: FuzzRequest['headers'], body: Buffer | undefined): Record<string, string> {
  return body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(body.length) };
}

function decompressed(bytes: Buffer, encoding: string | undefined): Buffer {
  if (bytes.length === 0) return bytes;
  if (encoding === 'br') return brotliDecompressSync(bytes);
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}
