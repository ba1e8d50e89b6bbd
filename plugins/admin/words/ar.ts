import type { Words } from '../../../core/view/words.ts';

/** What the pages of the admin say, in Arabic. `singular` and `plural` are the model's own words. */
export const adminWordsArabic: Words = {
  'admin.crumbs': 'موقعك',
  'admin.edit': 'تعديل',
  'admin.history': 'السجل',
  'admin.delete': 'حذف',
  'admin.cancel': 'إلغاء',
  'admin.count': '{rows, number}{more, select, true {+} other {}}',

  // ── index
  'admin.index.records': 'كل السجلات',
  'admin.index.others': 'أخرى',
  'admin.index.add': 'إضافة',
  'admin.index.nothing': 'لا يوجد ما يحق لك رؤيته بعد. اطلب صلاحية من أحد المديرين.',
  'admin.index.changes': 'أحدث التغييرات',
  'admin.index.noChanges': 'لم يتغيّر شيء بعد.',
  'admin.index.audit': 'سجل التدقيق',

  // ── list
  'admin.list.add': 'إضافة {singular}',
  'admin.list.addFirst': 'أضف أول {singular}',
  'admin.list.search': 'بحث',
  'admin.list.searchIn': 'ابحث في {plural}',
  'admin.list.apply': 'تطبيق',
  'admin.list.from': 'من',
  'admin.list.to': 'إلى',
  'admin.list.narrowedBy': 'محصور حسب',
  'admin.list.remove': 'أزل {label}',
  'admin.list.clear': 'أزل الكل',
  'admin.list.fresh': 'لا يوجد {plural} بعد',
  'admin.list.noneFit': 'لم يُعثر على {plural}',
  'admin.list.noneFitWhy': 'لا شيء يطابق البحث والمرشّحات معًا. أزل أحدها أو أزلها كلها.',
  'admin.list.pageEmpty': 'لا توجد صفوف في هذه الصفحة.',

  'admin.pager': 'الصفحات',
  'admin.pager.first': 'الأولى',
  'admin.pager.previous': 'السابقة',
  'admin.pager.next': 'التالية',
  'admin.pager.last': 'الأخيرة',
  'admin.pager.exact': 'احسب العدد بدقة',

  // ── detail
  'admin.detail.related': 'سجلات مرتبطة',
  'admin.detail.record': 'السجل',
  'admin.detail.key': 'المفتاح',
  'admin.detail.created': 'أُضيف',
  'admin.detail.changed': 'عُدّل',

  // ── form
  'admin.form.required': '(مطلوب)',
  'admin.form.none': 'لا شيء',
  'admin.form.save': 'حفظ',
  'admin.form.saveAndStay': 'حفظ ومتابعة',
  'admin.form.saveAndNew': 'حفظ وإضافة آخر',
  'admin.form.mistakes':
    'لم يُحفظ: {n, plural, one {موضع واحد يحتاج} two {موضعان يحتاجان} few {# مواضع تحتاج} other {# موضعًا يحتاج}} إلى مراجعة',
  'admin.conflict': 'لم يُحفظ: سبقك شخص آخر إلى تعديل هذا السجل',
  'admin.conflict.why':
    '{n, plural, =0 {ما كتبته في الأسفل.} other {تغيّر في هذه الأثناء: {fields}. ما كتبته في الأسفل.}} قارن ثم احفظ مرة أخرى لتُبقي ما كتبته.',
  'admin.conflict.fresh': 'اعرض السجل كما هو الآن (علامة تبويب جديدة)',
  'admin.combobox.none': 'لا نتائج',
  'admin.combobox.more': 'هناك المزيد: اكتب لتضييق القائمة',
  'admin.combobox.failed': 'تعذّر تحميل القائمة. اكتب مرة أخرى لإعادة المحاولة',
  'admin.combobox.add': 'إضافة …',

  // ── delete
  'admin.delete.will': 'سيُحذف. لا يمكن التراجع عن ذلك.',
  'admin.delete.blocked': 'لا يمكن الحذف ما دامت صفوف أخرى تحتاج إليه.',
  'admin.delete.hangs': 'ما يرتبط به',
  'admin.delete.rows': 'الصفوف',
  'admin.delete.effect': 'ما سيحدث',
  'admin.delete.holds': 'تمنع الحذف',
  'admin.delete.goes': 'تُحذف أيضًا',
  'admin.delete.cleared': 'تفقد الارتباط',
  'admin.delete.nothing': 'لا يرتبط به شيء آخر.',
  'admin.delete.do':
    '{n, plural, =0 {حذف} one {حذف} two {حذف صفّين} few {حذف # صفوف} many {حذف # صفًا} other {حذف # صف}}',
  'admin.delete.keep': 'إبقاء',
  'admin.delete.back': 'عودة إلى السجل',

  // ── history
  'admin.history.create': 'أضاف هذا السجل',
  'admin.history.update':
    '{n, plural, =0 {عدّل السجل} one {عدّل حقلًا واحدًا} two {عدّل حقلين} few {عدّل # حقول} many {عدّل # حقلًا} other {عدّل # حقل}}',
  'admin.history.delete': 'حذف هذا السجل',
  'admin.history.field': 'الحقل',
  'admin.history.before': 'قبل',
  'admin.history.after': 'بعد',
  'admin.history.older': 'تغييرات أقدم',
  'admin.history.none': 'لا تغييرات بعد',
  'admin.history.noneWhy': 'من الآن يظهر هنا كل تغيير، ومن أجراه ومتى.',

  // ── what the pages' code says
  'admin.index.title': 'نظرة عامة',
  'admin.group.records': 'السجلات',
  'admin.group.system': 'النظام',
  'admin.section.other': 'أخرى',
  'admin.added': 'تمت إضافة {singular} «{label}».',
  'admin.saved': 'تم حفظ {singular} «{label}».',
  'admin.unchanged': 'لم يتغيّر شيء في {singular} «{label}».',
  'admin.deleted': 'تم حذف {singular} «{label}».',
  'admin.delete.title': 'هل تحذف {singular}؟',
  'admin.form.add': 'إضافة {singular}',
  'admin.form.change': 'تعديل {singular}',
  'admin.search': 'ابحث في {plural}',
  'admin.count.range': '{from}–{to} من {total}',
  'admin.count.total': 'المجموع {total}',
  'admin.count.about': 'نحو {total}',
  'admin.count.more': '+{total}',
  'admin.filter.none': 'لا شيء',
  'admin.filter.words': '«{words}»',
  'admin.filter.is': '{label}: {value}',
  'admin.filter.from': '{label} من {from}',
  'admin.filter.to': '{label} إلى {to}',
  'admin.filter.between': '{label} من {from} إلى {to}',
  'error.cleanList': 'افتح القائمة من جديد',
  'problem.noSuchRow': 'لا يوجد {target} باسم «{typed}». اكتب مفتاحه أو كلمات من اسمه.',
  'problem.severalRows': 'عدة صفوف تطابق «{typed}». اختر واحدًا.',
};
