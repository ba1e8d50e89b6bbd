import type { Messages } from '../words.ts';

/** What the frame around every page says, in Arabic. */
export const layoutWordsArabic: Messages = {
  'layout.skip': 'انتقل إلى المحتوى',
  'layout.navigation': 'القائمة الرئيسية',
  'layout.menu': 'القائمة',
  'layout.closeMenu': 'أغلق القائمة',
  'layout.overview': 'نظرة عامة',
  'layout.group.system': 'النظام',
  'layout.development': 'بيئة التطوير',
  'layout.zone': 'الأوقات بتوقيت {zone}',

  'layout.keys': 'لوحة المفاتيح',
  'layout.keys.search': 'بحث',
  'layout.keys.rows': 'الصف التالي، الصف السابق',
  'layout.keys.add': 'إضافة',
  'layout.keys.edit': 'تعديل',
  'layout.keys.save': 'حفظ',
  'layout.keys.help': 'هذه القائمة',
  'layout.keys.control': 'Ctrl',
  'layout.keys.switch': 'اختصارات المفتاح الواحد',
  'layout.keys.close': 'إغلاق',

  'layout.error.why': 'السبب',
  'layout.error.fix': 'ما العمل',
  'layout.error.retry': 'إعادة المحاولة',
  'layout.error.again': 'أعد المحاولة الآن',
  'layout.error.home': 'إلى النظرة العامة',
  'layout.error.id': 'إذا طلبت المساعدة فاذكر هذا المعرّف:',
};
