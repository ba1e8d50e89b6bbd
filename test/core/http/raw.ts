import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * One request exactly as it is told. `fetch` tidies paths up (`%2e%2e` becomes `..` and goes) and sends headers of its own;
 * whoever attacks does neither.
 */
export function ask(
  origin: string,
  method: string,
  path: string,
  headers: RequestOptions['headers'] = {},
  body?: string | Buffer,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Headers of a form that a browser posts from one of our own pages. */
export const OWN_FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
  accept: 'text/html',
} as const;
