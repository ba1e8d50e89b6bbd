import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import type { NavigationItem } from '../../core/http/layout.ts';
import type { Routes } from '../../core/http/route.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import type { MailContent } from './compose.ts';
import { newestMails, openMail, readMail, type StoredMail } from './stored-mail.ts';

// The development mailbox shows every email of the application, with or without a mail server. Emails contain links that give
// access to accounts, so these pages do not exist in production.

const PATH = '/dev/mail';
const access = { permission: 'mail.mailbox' } as const;
/** An email as both pages show it. */
interface MailView {
  readonly recipient: string;
  readonly subject: string;
  readonly at: { readonly iso: string; readonly text: string };
  readonly state: { readonly tone: 'good' | 'bad' | 'neutral'; readonly text: string };
}
interface MailboxView extends PageData {
  readonly mails: readonly (MailView & { readonly url: string })[];
}
interface MailboxMessageView extends PageData {
  readonly mail: MailView;
  readonly error: string | null;
  readonly mailboxUrl: string;
  /** The text, in parts: those with `url` are links to the application. Empty if the content is gone. */
  readonly parts: readonly { readonly text: string; readonly url: string }[];
  /** The HTML, in a frame; empty if the content is gone. */
  readonly htmlUrl: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mail/mailbox': MailboxView;
    'mail/mailbox-message': MailboxMessageView;
  }
}

export function mailboxNavigation({ environment }: App): readonly NavigationItem[] {
  if (environment.production) return [];
  return [{ label: 'mail.mailbox.title', group: 'layout.group.system', rank: 120, path: PATH, access }];
}

export function mailboxRoutes(routes: Routes, { environment }: App): void {
  // fault: mailbox-in-production
  if (environment.production) return;
  routes.get(PATH, { access }, mailboxPage);
  routes.get(`${PATH}/:id`, { access }, messagePage);
  routes.get(`${PATH}/:id/html`, { access }, htmlPage);
}

/** GET /dev/mail */
async function mailboxPage(ctx: Context, app: App): Promise<void> {
  const mails = await newestMails(app.readingFor(ctx.state.actor));
  app.views.page(ctx, 'mail/mailbox', {
    title: ctx.state.t('mail.mailbox.title'),
    mails: mails.map((mail) => ({
      ...viewOf(ctx, mail, contentOf(app, mail)),
      url: app.urls.to(`${PATH}/${mail.id}`),
    })),
  });
}

/** GET /dev/mail/:id */
async function messagePage(ctx: Context, app: App): Promise<void> {
  const mail = await findMail(ctx, app);
  const content = contentOf(app, mail);
  const view = viewOf(ctx, mail, content);
  app.views.page(ctx, 'mail/mailbox-message', {
    title: view.subject,
    mail: view,
    error: mail.last_error,
    mailboxUrl: app.urls.to(PATH),
    parts: content === undefined ? [] : withLinks(content.text, app.urls.publicOrigin),
    htmlUrl: content === undefined ? '' : app.urls.to(`${PATH}/${mail.id}/html`),
  });
}

/**
 * GET /dev/mail/:id/html: the HTML as an email client would show it, without scripts or content from other servers. Links replace
 * the page that contains the frame.
 */
async function htmlPage(ctx: Context, app: App): Promise<void> {
  const content = contentOf(app, await findMail(ctx, app));
  if (content === undefined) throw notFound();
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = content.html.replace('<head>', '<head><base target="_top">');
  ctx.set({
    // fault: mail-with-scripts
    'content-security-policy':
      "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    'x-frame-options': 'SAMEORIGIN',
  });
}

async function findMail({ state: { actor, params } }: Context, app: App): Promise<StoredMail> {
  const mail = await readMail(app.readingFor(actor), params.id ?? '');
  if (mail === null) throw notFound();
  return mail;
}

function contentOf(app: App, { id, sealed }: StoredMail): MailContent | undefined {
  return sealed === null ? undefined : openMail(app, sealed, id);
}

function viewOf(ctx: Context, mail: StoredMail, content: MailContent | undefined): MailView {
  const { t } = ctx.state;
  const tones = { waiting: 'neutral', sent: 'good', failed: 'bad' } as const;
  return {
    recipient: mail.recipient,
    subject: content?.subject ?? t('mail.mailbox.unreadable'),
    at: { iso: toIso(mail.created_at), text: formatterFor(ctx).timestamp(mail.created_at) },
    state: { tone: tones[mail.state], text: t(`mail.state.${mail.state}`) },
  };
}

/** Splits text at the URLs of the application. Other URLs remain text: they may come from anyone. */
function withLinks(text: string, publicUrl: string): MailboxMessageView['parts'] {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part) => ({
    text: part,
    url: part.startsWith(`${publicUrl}/`) ? part : '',
  }));
}
