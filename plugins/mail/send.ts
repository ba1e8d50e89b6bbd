import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { seal } from '../../core/base/seal.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { type Composable, compose, type MailMessage } from './compose.ts';
import { foreignLink, invalidMail } from './errors.ts';

/** Sends emails: `app.service('mail')`. */
export interface Mail {
  /**
   * Renders an email, stores it in the transaction of a change and returns its id. It is sent after the commit, with retries, and
   * never after a rollback. If a process is killed at the wrong moment, the same email (with the same `Message-ID`) can be sent twice.
   *
   * @example
   * await app.service('mail').send(tx, auditContext(ctx), { to: user.email, view: 'billing/reminder', data: { name: user.name } });
   * @throws RustioError `RIO-MAIL-INVALID` if the recipient, reply address or subject is not valid; `RIO-MAIL-LINK` if it has a link
   *   outside the application. Nothing is stored then.
   */
  send<V extends string>(tx: Transaction, context: AuditContext, message: MailMessage<V>): Promise<string>;
  /**
   * Like `send`, for an email that tells a user of a change, and that the change must not depend on: if `send` rejects it, for example
   * because no email can be sent to the address, nothing is stored, and the log contains a warning.
   *
   * @example
   * await app.service('mail').sendNotice(tx, context, { to: user.email, view: 'billing/closed', data: { name: user.name } });
   */
  sendNotice<V extends string>(tx: Transaction, context: AuditContext, message: MailMessage<V>): Promise<void>;
}

declare module '../../core/services.ts' {
  interface Services {
    mail: Mail;
  }
}

/** Whether the plugin mail is enabled, for plugins that also work without it. */
export function canSendMail({ optionalService }: Pick<App, 'optionalService'>): boolean {
  return optionalService('mail') !== undefined;
}

export function createMail(app: App): Mail {
  const store = async (tx: Transaction, context: AuditContext, message: Composable): Promise<string> => {
    const content = compose(app, message);
    const id = randomUUID();
    const sealed = seal(app.environment.secretKeys, JSON.stringify(content), id);
    await tx.query(sql.unsafe`
      insert into rustio_mail (id, recipient, view, locale, sealed)
      values (${id}, ${message.to}, ${message.view}, ${message.locale ?? app.config.locale ?? 'en'}, ${sql.binary(sealed)})
    `);
    await app.service('jobs').enqueue(tx, context, 'mail.send', { mail: id });
    return id;
  };
  return {
    send: store,
    async sendNotice(tx, context, message) {
      // fault: change-needs-notice
      try {
        await store(tx, context, message);
      } catch (error) {
        const isInvalid = error instanceof RustioError && [invalidMail.code, foreignLink.code].includes(error.code);
        if (!isInvalid) throw error;
        app.log.warn({ err: error }, 'a user could not be notified');
      }
    },
  };
}
