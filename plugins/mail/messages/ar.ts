import type { Messages } from '../../../core/messages/catalogue.ts';

export const ar: Messages = {
  'permission.mail.mailbox': 'قراءة كل الرسائل أثناء التطوير',
  'mail.frame.sentBy': 'أرسل {name} هذه الرسالة.',
  'mail.frame.buttonAlternative': 'إذا لم يعمل الزر، فافتح هذا الرابط:',
  'mail.test.subject': 'رسالة تجريبية من {name}',
  'mail.test.text': 'هذه رسالة تجريبية. يستطيع {name} إرسال رسائل البريد الإلكتروني.',
  'mail.test.button': 'فتح {name}',
  'mail.mailbox.title': 'صندوق البريد',
  'mail.mailbox.why': 'رسائل هذا التطبيق، الأحدث أولًا. هذه الصفحة موجودة في بيئة التطوير فقط.',
  'mail.mailbox.empty': 'لم تُرسل أي رسالة بعد.',
  'mail.mailbox.unreadable': 'تتعذّر قراءتها: استُبدل المفتاح السري',
  'mail.column.subject': 'الموضوع',
  'mail.column.recipient': 'إلى',
  'mail.column.at': 'وقت الإنشاء',
  'mail.column.state': 'الحالة',
  'mail.state.waiting': 'في الانتظار',
  'mail.state.sent': 'أُرسلت',
  'mail.state.failed': 'فشل الإرسال',
  'mail.message.html': 'HTML',
  'mail.message.text': 'النص',
  'mail.message.error': 'آخر خطأ',
};
