import { coreMessagesArabic } from './ar.ts';
import type { Messages } from './catalogue.ts';
import { coreMessages } from './en.ts';
import { coreErrorsArabic } from './errors-ar.ts';

/** Core's own messages, by language. The English texts of errors are in their catalogues. */
export const coreMessagesByLocale: Readonly<Record<string, Messages>> = {
  en: coreMessages,
  ar: { ...coreMessagesArabic, ...coreErrorsArabic },
};
