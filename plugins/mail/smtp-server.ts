import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import { parseSender, type Sender } from './address.ts';

/** The server that emails are sent through, as `SMTP_URL` describes it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /**
   * `tls`: encrypted from the start (`smtps:`). `starttls`: the connection is encrypted before anything else is sent, or fails.
   * `none`: only on this machine, where nobody else can read the traffic.
   */
  readonly encryption: 'tls' | 'starttls' | 'none';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Hosts that are this machine by definition. A name that only resolves to it could be changed in the DNS. */
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;

/**
 * Reads `SMTP_URL`. It has no path and no query: nodemailer would accept any option there, such as one that disables the
 * verification of certificates.
 *
 * @example
 * parseSmtpUrl('smtps://desk:secret@smtp.example.org');
 */
export function parseSmtpUrl(text: string): SmtpServer | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, hostname, port, username, password, pathname, search, hash } = url;
  if ((protocol !== 'smtp:' && protocol !== 'smtps:') || hostname === '') return undefined;
  if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '') return undefined;
  const secure = protocol === 'smtps:';
  const host = decodeURIComponent(hostname)
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  const user = decode(username);
  const pass = decode(password);
  if (user === undefined || pass === undefined || (user === '' && pass !== '')) return undefined;
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    // fault: smtp-without-tls
    encryption: secure ? 'tls' : LOOPBACK.test(host) ? 'none' : 'starttls',
    user: user || undefined,
    password: user ? pass : undefined,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const REQUIRED =
  'It is required in production. If you have no mail server, disable the plugin: plugins: { mail: false }';

function parsedBy<T>(parse: (text: string) => T | undefined, message: string) {
  return z.string({ error: REQUIRED }).transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const smtpUrl = parsedBy(
  parseSmtpUrl,
  'It must be a URL such as smtps://user:password@smtp.example.org, without a path. Percent-encode special characters in the password',
);
const mailFrom = parsedBy(parseSender, 'It must be an address, or a name and an address: Desk <desk@example.org>');

declare module '../../core/settings.ts' {
  interface PluginEnvironment {
    mail: {
      readonly SMTP_URL: z.ZodType<SmtpServer | undefined>;
      readonly MAIL_FROM: z.ZodType<Sender | undefined>;
    };
  }
}

/** In development, both are optional: without a server, emails go to the mailbox. */
export function environment({ production }: { readonly production: boolean }) {
  return {
    SMTP_URL: (production ? smtpUrl : smtpUrl.optional()).describe(
      'The mail server: smtps://user:password@host, or smtp:// for a server that offers STARTTLS',
    ),
    MAIL_FROM: (production ? mailFrom : mailFrom.optional()).describe(
      'The sender of all emails: Desk <desk@example.org>',
    ),
  };
}

/** The server and the sender; undefined in development without `SMTP_URL`. */
export function mailServer(app: App): { readonly server: SmtpServer; readonly from: Sender } | undefined {
  const { SMTP_URL: server, MAIL_FROM: from } = app.pluginEnvironment('mail');
  return server && from && { server, from };
}

/** Settings that would prevent every email from being sent. */
export function settingsProblems(app: App): readonly BootProblem[] {
  const { SMTP_URL: server, MAIL_FROM: from } = app.pluginEnvironment('mail');
  const where = 'environment variable of mail:';
  return [
    ...(server !== undefined && from === undefined
      ? [{ where: `${where} MAIL_FROM`, problem: 'It is required if SMTP_URL is set. It is the sender of all emails.' }]
      : []),
    ...(app.environment.secretKeys.length === 0
      ? [
          {
            where: 'environment variable RUSTIO_SECRET_KEYS',
            problem: 'It is required by the plugin mail, which encrypts waiting emails in the database with it.',
          },
        ]
      : []),
  ];
}
