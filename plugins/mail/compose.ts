import type { App } from '../../core/app.ts';
import type { ViewDataOf } from '../../core/request/views.ts';
import { isAddress } from './address.ts';
import { foreignLink, invalidMail } from './errors.ts';

/**
 * An email to one person. Its view consists of three templates with the same data: `NAME.subject.txt.ejs` (one line),
 * `NAME.txt.ejs`, and `NAME.html.ejs`, which is placed in the layout `mail/frame.html`.
 *
 * @example
 * const message: MailMessage<'billing/reminder'> = { to: 'ana@example.org', view: 'billing/reminder', data: { name: 'Ana' } };
 */
export interface MailMessage<V extends string = string> {
  /** Exactly one address, without a name. */
  readonly to: string;
  /** `billing/reminder`. */
  readonly view: V;
  /** The data of the view, as `ViewTypes` declares it for `NAME.html`. */
  readonly data: ViewDataOf<`${V}.html`>;
  /** The recipient's language. @defaultValue the project's language */
  readonly locale?: string;
  /** Where replies go, if not to the sender. */
  readonly replyTo?: string;
}

/** A message, whatever the data of its view. */
export type Composable = Omit<MailMessage, 'data'> & { readonly data: object };

/** An email that is ready to be sent, as it is stored. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  /** A complete HTML document. */
  readonly html: string;
  readonly replyTo?: string | undefined;
}

/** The layout of all emails. */
interface MailFrame {
  readonly subject: string;
  /** The email itself, as markup. */
  readonly body: string;
}
/** A link that looks like a button. */
interface MailButton {
  readonly url: string;
  readonly label: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mail/frame.html': MailFrame;
    'mail/button.html': MailButton;
  }
}

const MAX_SUBJECT = 250;
const LANGUAGE = /^[a-z]{2,8}(-[a-z\d]{1,8})*$/i;
/** A tag, up to its end outside of quotes; with an odd number of quotes, up to the next tag. */
const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*(?:>|["'][^<]*)/gi;
/** Attributes that make an email client load or open something. */
const LINK = /\s(?:href|src|srcset|action|formaction|background|poster)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi;

/**
 * Renders an email in the recipient's language, and checks everything that becomes a header or a link.
 *
 * @throws RustioError `RIO-MAIL-INVALID` or `RIO-MAIL-LINK`
 */
export function compose(app: App, message: Composable): MailContent {
  const { to, view, data, replyTo } = message;
  // fault: unchecked-recipient
  if (!isAddress(to)) throw invalidMail({ part: 'recipient', view });
  if (replyTo !== undefined && !isAddress(replyTo)) throw invalidMail({ part: 'reply address', view });
  const locale = message.locale ?? app.config.locale ?? 'en';
  if (!LANGUAGE.test(locale)) throw invalidMail({ part: 'language', view });
  const render = (name: string, more: object = {}) => app.views.render(name, { ...data, ...more }, { locale });
  const subject = render(`${view}.subject.txt`).trim();
  // fault: subject-of-several-lines
  if (subject === '' || subject.length > MAX_SUBJECT || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(subject))
    throw invalidMail({ part: 'subject', view });
  const html = render('mail/frame.html', { subject, body: render(`${view}.html`) });
  checkLinks(html, view, app.urls.publicOrigin);
  return { subject, text: `${render(`${view}.txt`).trim()}\n`, html, replyTo };
}

function checkLinks(html: string, view: string, publicUrl: string): void {
  // Only tags have attributes. In text, such as the name of a user, the same characters link to nothing: names must not prevent emails.
  // fault: names-that-look-like-links
  const tags = html.match(TAG)?.join('') ?? '';
  for (const [, double, single, bare] of tags.matchAll(LINK)) {
    const url = (double ?? single ?? bare ?? '').trim();
    // fault: foreign-links
    if (url !== publicUrl && !url.startsWith(`${publicUrl}/`) && !/^(mailto:|#)/.test(url))
      throw foreignLink({ view, url: url.slice(0, 200), publicUrl });
  }
}
