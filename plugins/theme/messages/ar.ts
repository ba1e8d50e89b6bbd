import type { Messages } from '../../../core/messages/catalogue.ts';

export const ar: Messages = {
  'theme.label': 'المظهر',
  'theme.light': 'فاتح',
  'theme.dark': 'داكن',
  'theme.system': 'حسب إعداد النظام',
};
