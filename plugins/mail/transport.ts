import { domainToASCII } from 'node:url';
import type { NodemailerError } from 'nodemailer/lib/errors';
import type { Sender } from './address.ts';
import type { MailContent } from './compose.ts';
import type { SmtpServer } from './smtp-server.ts';

const SECOND = 1_000;
/** Servers may deliberately greet slowly, to deter spammers; RFC 5321 allows minutes, but a job has to end. */
const CONNECT_TIMEOUT = 20 * SECOND;
const SILENCE_TIMEOUT = 30 * SECOND;
/** In total, since a server can trickle its responses for as long as it likes. */
const TOTAL_TIMEOUT = 60 * SECOND;

/** An email with its addresses, as it is handed to the mail server. */
export interface OutgoingMail extends MailContent {
  readonly from: Sender;
  readonly to: string;
  readonly locale: string;
  /** Identifies the email in its `Message-ID`, so that an email client can recognise one that was sent twice. */
  readonly id: string;
}

/**
 * Sends one email over a connection of its own. nodemailer is loaded at the first email, so that a process that sends nothing starts
 * faster.
 *
 * @throws an error of nodemailer: see `explainFailure`
 */
export async function sendMail(server: SmtpServer, mail: OutgoingMail, signal: AbortSignal): Promise<void> {
  const transport = await openTransport(server);
  const { id, from, to, subject, text, html, replyTo, locale } = mail;
  await transport.sendMail({
    // Objects and an explicit envelope, so that nodemailer does not parse addresses out of text.
    from,
    to: { name: '', address: to },
    ...(replyTo !== undefined && { replyTo: { name: '', address: replyTo } }),
    envelope: { from: from.address, to: [to] },
    messageId: `<${id}@${domainToASCII(from.address.split('@')[1] ?? '') || 'localhost'}>`,
    subject,
    text,
    html,
    // RFC 3834: keeps out-of-office programs from responding.
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': locale },
    // fault: no-total-limit
    signal: AbortSignal.any([signal, AbortSignal.timeout(TOTAL_TIMEOUT)]),
  });
}

/** Connects to the server and signs in, without sending anything. */
export async function tryServer(server: SmtpServer): Promise<void> {
  const transport = await openTransport(server);
  await transport.verify();
}

async function openTransport({ host, port, encryption, user, password }: SmtpServer) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: encryption === 'tls',
    // fault: optional-starttls
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    // fault: unverified-certificates
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    dnsTimeout: CONNECT_TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Why an email was not sent, for the operators of the application. */
export interface MailFailure {
  readonly reason: string;
  readonly fix: string;
  /** True if the server rejected this email permanently, so it is not retried. */
  readonly permanent: boolean;
}

/**
 * Explains an error of `sendMail` or `tryServer`. The text contains the server's response, without any address but the
 * recipient's.
 */
export function explainFailure(error: unknown, { host, port, encryption }: SmtpServer, recipient = ''): MailFailure {
  const {
    code = '',
    command = '',
    originalCode = '',
    ...reply
  }: Partial<NodemailerError> = error instanceof Error ? error : {};
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const response = reply.response === undefined ? '' : ` The server responded: ${oneLine(reply.response, recipient)}`;
  const detail = oneLine(error instanceof Error ? error.message : String(error), recipient);
  const failure = (reason: string, fix: string, permanent = false): MailFailure => ({ reason, fix, permanent });
  if (code === 'EABORT')
    return failure(`${at} took longer than 60 seconds.`, 'Check whether the server is overloaded.');
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return failure(
      `${at} rejected the user name or password.${response}`,
      'Correct the user name and password in SMTP_URL.',
    );
  if (code === 'EDNS')
    return failure(`The host name ${host} could not be resolved.`, 'Check the host in SMTP_URL, and your DNS.');
  if (code === 'ETIMEDOUT')
    return failure(
      `${at} did not respond in time.`,
      'Check the host and port in SMTP_URL, and whether a firewall blocks them.',
    );
  if (originalCode === 'ECONNREFUSED')
    return failure(
      `${at} refused the connection.`,
      'Check the host and port in SMTP_URL, and whether the server is running.',
    );
  if (/^(ERR_SSL_|EPROTO$)/.test(originalCode))
    return failure(
      `${at} does not use TLS on this port.`,
      'If the server expects STARTTLS, use smtp:// instead of smtps://.',
    );
  if (code === 'ETLS')
    return failure(
      `${at} does not offer encryption with STARTTLS: ${detail}`,
      'Use smtps:// if the server expects TLS from the start.',
    );
  if (CERTIFICATE.test(originalCode)) {
    const fix = 'Use the host name in the certificate, or add its issuer with NODE_EXTRA_CA_CERTS.';
    return failure(`The certificate of ${at} could not be verified: ${detail}`, fix);
  }
  // Only a rejection of this recipient or this content is final. A rejected password or sender concerns every email, and
  // a rejection with 530 requires a password: such emails are sent once the settings are correct.
  // fault: settings-fail-mails
  const isFinal = reply.permanent === true && reply.responseCode !== 530;
  if (command === 'RCPT TO' && response)
    return failure(`${at} rejected the recipient.${response}`, 'Check the address of the recipient.', isFinal);
  if (command === 'DATA' && response)
    return failure(`${at} rejected the email.${response}`, 'Ask the operator of the mail server.', isFinal);
  if (command === 'MAIL FROM' && response)
    return failure(
      `${at} rejected the sender.${response}`,
      'Set MAIL_FROM to an address that this server may send from.',
    );
  // Instead of a greeting, or of the response to it: a busy server, or one that does not accept this client.
  // fault: busy-server-is-no-server
  if (/^[45]\d\d[ -]/.test(reply.response ?? ''))
    return failure(
      `${at} does not accept connections from here.${response}`,
      'Wait, or ask the operator of the mail server.',
    );
  if (code === 'EPROTOCOL')
    return failure(`${at} did not respond like a mail server.${response}`, 'Check the host and port in SMTP_URL.');
  const fix =
    encryption === 'tls'
      ? 'Check SMTP_URL.'
      : 'Check SMTP_URL. If the server expects TLS from the start, use smtps://.';
  return failure(`The connection to ${at} failed: ${detail}`, fix);
}

/** Codes of OpenSSL and Node, such as `DEPTH_ZERO_SELF_SIGNED_CERT` or `ERR_TLS_CERT_ALTNAME_INVALID`. */
const CERTIFICATE = /CERT|SIGNATURE|ISSUER/;

/** One line of at most 300 characters, without the addresses of other people. */
function oneLine(text: string, recipient: string): string {
  return text
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/gu, (address) =>
      address.toLowerCase() === recipient.toLowerCase() ? address : '(address)',
    )
    .trim()
    .slice(0, 300);
}
