import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** An email as the server received it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether the connection was encrypted. */
  readonly secure: boolean;
  /** Header fields by lower-case name, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
}

/** A real SMTP server on this machine. */
export interface MailServer {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** How often a client has connected. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A self-signed certificate for localhost and the addresses of this machine. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBujCCAV+gAwIBAgIUKqtFpxxemZoQashfPAQKVVbEO5IwCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYTWFpbCBzZXJ2ZXIgb2YgdGhlIHRlc3RzMCAXDTI2MTEzMDE3
MjQyNloYDzIxMjYxMTA2MTcyNDI2WjAjMSEwHwYDVQQDDBhNYWlsIHNlcnZlciBv
ZiB0aGUgdGVzdHMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ4ObbxMZY07GpP
8ofl5HYnguoIj92CsIPAx+WD6bGKmfgXMxWnrqDU4i4py/Uh8ztzPngWUluVj2bv
4jc0L9b3o28wbTAMBgNVHRMEBTADAQH/MD4GA1UdEQQ3MDWCCWxvY2FsaG9zdIcE
fwAAAYcQAAAAAAAAAAAAAAAAAAAAAYcQAAAAAAAAAAAAAP//fwAAATAdBgNVHQ4E
FgQUtQNKfpPjKUXIdBn86B3TurUXjzcwCgYIKoZIzj0EAwIDSQAwRgIhALEftqla
I5tOWVQZ1KkvAitZAPREbszuT9KveXLRFyV2AiEAny8FoWO23VMcZpZA4tVu+FdN
0c+fvCA6jArooEtjxoo=
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaoGr57Nl4Fsm7Snb
IFXQVH2TMwIPD6/Why2vHZTiSZyhRANCAAQ4ObbxMZY07GpP8ofl5HYnguoIj92C
sIPAx+WD6bGKmfgXMxWnrqDU4i4py/Uh8ztzPngWUluVj2bv4jc0L9b3
-----END PRIVATE KEY-----
`;

/**
 * This machine under a name that the application does not know to be this machine, so that STARTTLS is required. The certificate
 * includes it.
 */
export const REMOTE = '[::ffff:127.0.0.1]';

/** Starts a server that accepts every email without a password, unless `options` say otherwise. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    key: KEY,
    cert: CERTIFICATE,
    authOptional: true,
    disabledCommands: options.onAuth ? [] : ['AUTH'],
    logger: false,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onData(stream, { envelope, secure }, done) {
      text(stream).then((source) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        received.push({
          from,
          to: envelope.rcptTo.map(({ address }) => address),
          secure,
          ...parseMail(source.replaceAll('\r\n', '\n')),
        });
        done();
      }, done);
    },
    ...options,
  });
  // A client that ends the connection during a handshake is what some tests are about.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A server that handles the connection itself: to be silent, or to send something else than SMTP. */
export async function rawServer(handle: (socket: Socket) => void): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Reads what nodemailer writes: a multipart/alternative with text and HTML. */
function parseMail(source: string): Pick<ReceivedMail, 'headers' | 'text' | 'html'> {
  const { headers, body } = parsePart(source);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => parsePart(part.replace(/^\n/, '')));
  const partOf = (type: string) => parts.find((part) => part.headers.get('content-type')?.startsWith(type))?.body ?? '';
  return { headers, text: partOf('text/plain'), html: partOf('text/html') };
}

function parsePart(source: string) {
  const end = source.indexOf('\n\n');
  const lines = source
    .slice(0, end)
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()] as const;
    }),
  );
  return { headers, body: decode(source.slice(end + 2), headers.get('content-transfer-encoding')) };
}

function decode(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\n', '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
