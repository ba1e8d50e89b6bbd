import type { Messages } from '../words.ts';
import { kernelWordsArabic } from './ar.ts';
import { kernelWords } from './en.ts';
import { kernelErrorsArabic } from './errors-ar.ts';
import { layoutWordsArabic } from './layout-ar.ts';
import { layoutWords } from './layout-en.ts';

/** What the kernel itself says, by language. */
export const kernelCatalogue: Readonly<Record<string, Messages>> = {
  en: { ...kernelWords, ...layoutWords },
  ar: { ...kernelWordsArabic, ...kernelErrorsArabic, ...layoutWordsArabic },
};
