import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends one request unchanged. `fetch` normalizes paths (`%2e%2e` becomes `..` and is removed) and adds headers of its own;
 * attackers do neither.
 */
export function rawRequest(
  origin: string,
  method: string,
  path: string,
  headers: RequestOptions['headers'] = {},
  body?: string | Buffer,
): Promise<RawResponse> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Headers of a form that a browser posts from one of our own pages. */
export const OWN_FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
  accept: 'text/html',
} as const;
