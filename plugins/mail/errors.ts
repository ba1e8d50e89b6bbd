import { defineError } from '../../core/errors/define-error.ts';

type InvalidPart = 'recipient' | 'reply address' | 'subject' | 'language';

export const invalidMail = defineError<{ part: InvalidPart; view: string }>('RIO-MAIL-INVALID', {
  problem: ({ part, view }) => `The email "${view}" was not created: its ${part} is not valid.`,
  why: ({ part }) => {
    if (part === 'subject')
      return 'It must be one line of 1 to 250 characters. A line break would add headers or text to the email.';
    if (part === 'language') return 'It must be a language tag, such as en or de-CH.';
    return 'It must be exactly one email address, without a name, spaces or line breaks.';
  },
  fix: ({ part }) => {
    if (part === 'subject') return 'Remove line breaks from the values in the subject, and shorten it.';
    if (part === 'language') return 'Pass the language of the recipient, or leave it out.';
    return 'Check the address with `isAddress` before you call `send`.';
  },
  about: `Code called \`send\` of the service \`mail\` with a recipient or reply address that is not exactly one email address, or with an invalid language,
or its view rendered a subject of several lines. Nothing was stored. The message does not contain the value, which may be personal data.`,
});

export const foreignLink = defineError<{ view: string; url: string; publicUrl: string }>('RIO-MAIL-LINK', {
  problem: ({ view }) => `The email "${view}" was not created: it contains a link or an image outside the application.`,
  why: ({ url, publicUrl }) => `"${url}" does not begin with ${publicUrl}/.`,
  fix: 'Build every link in an email with `it.urls.toPublic(path)`, and use no images.',
  about: `The HTML of an email may link only to the public URL (\`PUBLIC_URL\`), to \`mailto:\` addresses and within itself. A URL that is built from
a request would let anyone who sends a forged \`Host\` header redirect the links in emails, such as those for resetting a password.`,
});

export const mailNotSent = defineError<{ reason: string; fix: string }>('RIO-MAIL-NOT-SENT', {
  problem: 'An email could not be sent.',
  why: ({ reason }) => reason,
  fix: ({ fix }) => fix,
  about: `The mail server could not be reached, or rejected an email. If the reason may be temporary, the job \`mail.send\` is retried. Test the settings
with \`npx rustio-admin mail test ADDRESS\`.`,
});

export const noMailServer = defineError('RIO-MAIL-NO-SERVER', {
  exitCode: 2,
  problem: 'No mail server is configured, so emails cannot be sent.',
  why: 'SMTP_URL is not set. In development, emails then go to the mailbox at /dev/mail under the mount path.',
  fix: 'Set SMTP_URL (smtps://user:password@smtp.example.org) and MAIL_FROM, for example in the .env file.',
  about: `\`npx rustio-admin mail test\` sends an email through the server in \`SMTP_URL\`, which is not set.`,
});

export const invalidTestAddress = defineError('RIO-MAIL-ADDRESS', {
  exitCode: 2,
  problem: 'This is not an email address.',
  why: 'The argument must be exactly one address, without a name.',
  fix: 'Pass one address, such as ana@example.org.',
  about: `The argument of \`npx rustio-admin mail test\` is not exactly one email address.`,
});
