import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'mail.frame.sentBy': 'This email was sent by {name}.',
  'mail.frame.buttonAlternative': 'If the button does not work, open this link:',
  'mail.test.subject': 'Test email from {name}',
  'mail.test.text': 'This is a test email. {name} can send emails.',
  'mail.test.button': 'Open {name}',
  'mail.mailbox.title': 'Mailbox',
  'mail.mailbox.why': 'Emails of this application, newest first. This page exists only in development.',
  'mail.mailbox.empty': 'No emails have been sent yet.',
  'mail.mailbox.unreadable': 'Cannot be decrypted: the secret key was replaced',
  'mail.column.subject': 'Subject',
  'mail.column.recipient': 'To',
  'mail.column.at': 'Created',
  'mail.column.state': 'Status',
  'mail.state.waiting': 'Waiting',
  'mail.state.sent': 'Sent',
  'mail.state.failed': 'Failed',
  'mail.message.html': 'HTML',
  'mail.message.text': 'Text',
  'mail.message.error': 'Last error',
};
