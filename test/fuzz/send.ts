import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FuzzRequest } from './request.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

const PATIENCE = 20_000;

/** Sends it as it is: no path is tidied up, no header added but the length. Rejects when there is no whole answer. */
export function send(origin: string, { method, path, headers, body }: FuzzRequest, id: string): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      method,
      path,
      headers: { ...headers, ...lengthOf(headers, body), 'x-correlation-id': id },
      agent: false,
    };
    const asked = request({ ...options, timeout: PATIENCE }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = unpacked(bytes, response.headers['content-encoding']).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Node leaves it out for methods that mostly have no body, and the next request of the connection would begin with it. */
function lengthOf(headers: FuzzRequest['headers'], body: Buffer | undefined): Record<string, string> {
  return body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(body.length) };
}

function unpacked(bytes: Buffer, encoding: string | undefined): Buffer {
  if (bytes.length === 0) return bytes;
  if (encoding === 'br') return brotliDecompressSync(bytes);
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}
