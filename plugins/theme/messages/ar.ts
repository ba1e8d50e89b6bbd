import type { Messages } from '../../../core/view/words.ts';

export const ar: Messages = {
  'theme.label': 'الألوان',
  'theme.light': 'فاتح',
  'theme.dark': 'داكن',
  'theme.system': 'حسب إعداد النظام',
};
