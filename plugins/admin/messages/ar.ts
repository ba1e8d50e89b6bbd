import type { Messages } from '../../../core/messages/catalogue.ts';
import { RIGHT_TO_LEFT_MARK } from '../../../core/messages/direction.ts';

/** The messages of the admin's pages, in Arabic. `singular` and `plural` are the model's own names. */
export const ar: Messages = {
  'admin.crumbs': 'مسار التنقل',
  'admin.edit': 'تعديل',
  'admin.delete': 'حذف',
  'admin.cancel': 'إلغاء',
  'admin.count': '{rows, number}{more, select, true {+} other {}}',

  // ── index
  'admin.index.records': 'كل السجلات',
  'admin.index.add': 'إضافة',
  'admin.index.failed': 'تعذر تحميل هذا الجزء من الصفحة. أعد تحميل الصفحة للمحاولة مرة أخرى.',
  'admin.index.nothing': 'لا يمكنك الوصول إلى أي شيء بعد',
  'admin.index.nothingWhy': 'اطلب من أحد مديري النظام الوصول إلى السجلات التي تحتاج إليها.',

  // ── list
  'admin.list.add': 'إضافة {singular}',
  'admin.list.addFirst': 'إضافة أول {singular}',
  'admin.list.search': 'بحث',
  'admin.list.searchIn': 'البحث في {plural}',
  'admin.list.apply': 'تطبيق',
  'admin.list.from': 'من',
  'admin.list.to': 'إلى',
  'admin.list.narrowedBy': 'التصفية حسب',
  'admin.list.remove': 'إزالة {label}',
  'admin.list.clear': 'مسح الكل',
  'admin.list.empty': 'لا توجد سجلات بعد في {plural}',
  'admin.list.noResults': 'لا توجد نتائج في {plural}',
  'admin.list.noResultsWhy': 'لا نتائج تطابق بحثك وعوامل التصفية. أزل أحد عوامل التصفية، أو امسح الكل.',
  'admin.list.pageEmpty': 'لا توجد سجلات في هذه الصفحة.',

  'admin.pager': 'التنقل بين الصفحات',
  'admin.pager.first': 'الأولى',
  'admin.pager.previous': 'السابقة',
  'admin.pager.next': 'التالية',
  'admin.pager.last': 'الأخيرة',
  'admin.pager.exact': 'عرض العدد الدقيق',

  // ── detail
  'admin.detail.related': 'سجلات مرتبطة',
  'admin.detail.record': 'السجل',
  'admin.detail.details': 'التفاصيل',
  'admin.detail.key': 'المفتاح',

  // ── form
  'admin.form.required': '(مطلوب)',
  'admin.form.autoFilled': 'يُملأ تلقائيًا إذا تُرك فارغًا.',
  'admin.form.none': 'لا شيء',
  'admin.form.save': 'حفظ',
  'admin.form.saveAndStay': 'حفظ ومتابعة',
  'admin.form.saveAndNew': 'حفظ وإضافة آخر',
  'admin.form.errors':
    'لم يُحفظ: {n, plural, one {صحّح خطأً واحدًا} two {صحّح خطأين} few {صحّح # أخطاء} many {صحّح # خطأً} other {صحّح # خطأ}}',
  'admin.form.error': `${RIGHT_TO_LEFT_MARK}{label}: {text}`,
  'admin.conflict': 'لم يُحفظ: تغيّر هذا السجل بعد أن فتحت النموذج',
  'admin.conflict.why':
    '{n, plural, =0 {تغييراتك باقية أدناه، وتعرض الحقول الأخرى القيم الحالية. احفظ مرة أخرى لتطبيق تغييراتك.} other {تغيّر في هذه الأثناء: {fields}. تغييراتك باقية أدناه، وتعرض الحقول الأخرى القيم الحالية. إذا غيّرت أنت أيضًا أحد هذه الحقول، فالحفظ مرة أخرى يضع قيمتك مكان قيمته الجديدة.}}',
  'admin.conflict.saved': 'القيمة المحفوظة:',
  'admin.conflict.current': 'عرض النسخة الحالية (علامة تبويب جديدة)',
  'admin.combobox.none': 'لا نتائج',
  'admin.combobox.more': 'توجد نتائج أخرى. واصل الكتابة لتضييق القائمة.',
  'admin.combobox.failed': 'تعذّر تحميل القائمة. اكتب مرة أخرى لإعادة المحاولة.',
  'admin.combobox.search': 'بحث…',

  // ── delete
  'admin.delete.warning':
    '{n, plural, =0 {سيُحذف «{label}».} one {سيُحذف «{label}» وسجل مرتبط واحد.} two {سيُحذف «{label}» وسجلان مرتبطان.} few {سيُحذف «{label}» و{more, select, true {أكثر من } other {}}# سجلات مرتبطة.} many {سيُحذف «{label}» و{more, select, true {أكثر من } other {}}# سجلًا مرتبطًا.} other {سيُحذف «{label}» و{more, select, true {أكثر من } other {}}# سجل مرتبط.}} لا يمكن التراجع عن ذلك.',
  'admin.delete.blocked': 'تشير سجلات أخرى إلى «{label}». غيّر السجلات التي تمنع الحذف أو احذفها أولًا.',
  'admin.delete.related': 'النوع',
  'admin.delete.rows': 'العدد',
  'admin.delete.effect': 'الأثر',
  'admin.delete.blocks': 'تمنع الحذف',
  'admin.delete.alsoDeleted': 'تُحذف أيضًا',
  'admin.delete.cleared': 'يُزال الارتباط',
  'admin.delete.outside': 'سجلات أخرى في قاعدة البيانات',
  'admin.delete.notCounted': 'غير محسوبة',
  'admin.delete.nothing': 'لا تتأثر سجلات أخرى.',
  'admin.delete.do':
    '{n, plural, =0 {حذف} one {حذف} two {حذف سجلّين} few {حذف # سجلات} many {حذف # سجلًا} other {حذف # سجل}}',
  'admin.delete.keep': 'إلغاء',
  'admin.delete.back': 'العودة إلى السجل',

  // ── messages in the pages' code
  'admin.index.title': 'لوحة المعلومات',
  'admin.group.records': 'السجلات',
  'admin.section.other': 'أخرى',
  'admin.section.timestamps': 'أوقات السجل',
  'admin.added': 'تمت إضافة {singular} «{label}».',
  'admin.saved': 'تم حفظ {singular} «{label}».',
  'admin.unchanged': 'لم تُجرَ أي تغييرات على {singular} «{label}».',
  'admin.deleted': 'تم حذف {singular} «{label}».',
  'admin.delete.blockedTitle': 'لا يمكن حذف {singular}',
  'admin.delete.title': 'هل تريد حذف {singular}؟',
  'admin.form.resumed': 'استُعيد ما أدخلته سابقًا. راجعه ثم احفظ.',
  'admin.form.add': 'إضافة {singular}',
  'admin.form.change': 'تعديل {singular}',
  'admin.count.range': '{from}–{to} من {total}',
  'admin.count.total': 'المجموع {total}',
  'admin.count.about': 'نحو {total}',
  'admin.count.page': '{rows} في هذه الصفحة',
  'admin.count.more': '+{total}',
  'admin.filter.comma': '، ',
  'admin.filter.ignored':
    '{n, plural, one {جرى تجاهل عامل تصفية: {labels}. افتحه لتصحيحه.} other {جرى تجاهل بعض عوامل التصفية: {labels}. افتح أحدها لتصحيحه.}}',
  'admin.filter.unreadable': 'جرى تجاهله',
  'admin.filter.unreadable.number':
    '«{values}» ليس عددًا صحيح الصيغة، لذلك جرى تجاهل عامل التصفية هذا. أدخل عددًا مثل 1250.50.',
  'admin.filter.unreadable.date': '«{values}» ليس تاريخًا صحيحًا، لذلك جرى تجاهل عامل التصفية هذا. اختر تاريخًا.',
  'admin.filter.unreadable.time': '«{values}» ليس وقتًا صحيحًا، لذلك جرى تجاهل عامل التصفية هذا. أدخل وقتًا مثل 09:30.',
  'admin.filter.unreadable.choice': '«{values}» ليس من الخيارات، لذلك جرى تجاهل عامل التصفية هذا.',
  'admin.filter.unreadable.value': 'القيمة «{values}» غير صالحة، لذلك جرى تجاهل عامل التصفية هذا. أدخل قيمة أخرى.',
  'admin.filter.none': 'بلا قيمة',
  'admin.filter.some': 'له قيمة',
  'admin.filter.words': `${RIGHT_TO_LEFT_MARK}«{words}»`,
  'admin.filter.is': `${RIGHT_TO_LEFT_MARK}{label}: {value}`,
  'admin.filter.from': '{label} من {from}',
  'admin.filter.to': '{label} إلى {to}',
  'admin.filter.between': '{label} من {from} إلى {to}',
  'error.cleanList': 'فتح القائمة دون عوامل تصفية',
  'admin.delete.changed': 'لم يُحذف: تغيّر هذا السجل في هذه الأثناء. راجعه ثم حاول مرة أخرى.',
  'admin.delete.rejected': 'لم يُحذف: لا يمكن حذف هذا السجل.',
  'admin.form.addRow': 'إضافة {singular}…',
  'admin.form.newTab': 'يفتح في علامة تبويب جديدة',
  'admin.added.title': 'تمت إضافة {singular}',
  'admin.added.wait': 'يمكنك إغلاق علامة التبويب هذه. في النموذج الأصلي اختر «{label}» في الحقل «{field}».',
  'admin.added.selected': 'أصبح «{label}» مختارًا في الحقل «{field}» من النموذج الأصلي. يمكنك إغلاق علامة التبويب هذه.',
  'admin.added.hidden': 'يمكنك إغلاق علامة التبويب هذه. أُضيف السجل، لكن ليس لديك صلاحية اختياره في النموذج الأصلي.',
  'admin.added.again': 'إضافة {singular} آخر',
  'admin.delete.heldBy': 'لم يُحذف: تشير إليه سجلات في {plural}.',
  'admin.delete.heldHidden': 'لم يُحذف: تشير إليه سجلات ليس لديك صلاحية عرضها.',
  'admin.form.tooLarge': 'هذه القيمة أكبر من أن تُعدَّل هنا. ولن تتغير.',
  'admin.form.morePairs': 'لا تُعرض إلا أول {n}. ولن تتغير البقية.',
  'admin.form.otherRow': 'أو أدخل قيمة أخرى',
  'problem.rowsAlike': 'لا يوجد {target} مطابق تمامًا لـ «{typed}». هل تقصد أحد هذه؟',
  'admin.problem.noSuchRow': 'لا يوجد {target} مطابق لـ «{typed}». تحقق من الإملاء، أو أدخل جزءًا من اسمه أو مفتاحه.',
  'problem.severalRows': 'عدة نتائج تطابق «{typed}». اختر واحدة.',

  // ── files
  'admin.file.size': 'الحجم الأقصى: {max}.',
  'admin.file.typesAndSize': 'الحجم الأقصى: {max}. الأنواع المسموح بها: {types}.',
  'admin.file.pending': 'اختير ولم يُحفظ بعد:',
  'admin.file.remove': 'إزالة الملف',

  // ── errors of these pages
  'error.RIO-LIST-QUERY.problem': 'يتضمن هذا الرابط عامل تصفية أو ترتيبًا غير معروف.',
  'error.RIO-LIST-QUERY.why': 'غير معروف: {names}. ربما تغيّر اسم حقل منذ حفظ الرابط.',
  'error.RIO-LIST-QUERY.fix': 'افتح القائمة دون عوامل تصفية ثم اضبطها من جديد.',
  'error.RIO-FILES-MISSING.problem': 'محتوى هذا الملف مفقود.',
  'error.RIO-FILES-MISSING.why': 'يشير السجل إلى ملف غير موجود في مخزن الملفات.',
  'error.RIO-FILES-MISSING.fix': 'تواصل مع مدير النظام. وإذا كانت لديك نسخة من الملف فارفعها مرة أخرى.',

  // ── actions, tabs and panels that plugins add
  'admin.actions.more': 'إجراءات أخرى',
  'admin.tabs': 'علامات تبويب السجل',
  'admin.panel.failed': 'تعذّر تحميل هذا الجزء. أعد تحميل الصفحة للمحاولة مرة أخرى.',
  'admin.action.done': 'اكتمل «{action}».',
  'admin.action.changed': 'لم يتم: تغيّر هذا السجل في هذه الأثناء. راجعه ثم حاول مرة أخرى.',
  'admin.action.forbidden': 'ليس لديك صلاحية تغيير هذا السجل.',
  'admin.action.gone': 'لم يعد السجل موجودًا.',
  'admin.action.rejected': 'هذا التغيير غير مسموح به.',
  'admin.selection.action': 'الإجراء',
  'admin.selection.go': 'متابعة',
  'admin.selection.all': 'تحديد كل ما في هذه الصفحة',
  'admin.selection.column': 'تحديد',
  'admin.selection.none': 'لم يُحدَّد أي سجل. حدّد سجلًا أو أكثر أولًا.',
  'admin.selection.tooMany': 'لا يمكن تغيير أكثر من {max, number} سجل دفعة واحدة. حدّد عددًا أقل.',
  'admin.selection.count':
    '{n, plural, zero {لا سجلات} one {سجل واحد} two {سجلان} few {# سجلات} many {# سجلًا} other {# سجل}}',
  'admin.selection.more':
    '{n, plural, zero {} one {وسجل آخر} two {وسجلان آخران} few {و# سجلات أخرى} many {و# سجلًا آخر} other {و# سجل آخر}}',
  'admin.selection.done':
    '{action}: نجح في {n, plural, zero {لا سجلات} one {سجل واحد} two {سجلين} few {# سجلات} many {# سجلًا} other {# سجل}}.',
  'admin.selection.partly':
    '{action}: نجح في {n, plural, zero {لا سجلات} one {سجل واحد} two {سجلين} few {# سجلات} many {# سجلًا} other {# سجل}}، وفشل في {failed, number}. {named}{more, plural, =0 {} other { و# غيرها}}',

  // ── search
  'admin.search.title': 'البحث في كل شيء',
  'admin.search.results': 'نتائج البحث',
  'admin.search.for': 'البحث: {q}',
  'admin.search.words': 'عبارة البحث',
  'admin.search.more': 'كل النتائج',
  'admin.search.none': 'لا نتائج',
  'admin.search.noneWhy': 'تحقق من الإملاء، أو استخدم كلمات أقل.',
  'admin.search.tooLong': 'نص البحث طويل جدًا. استخدم كلمات أقل.',
  'admin.search.failed': 'تعذّر البحث في: {labels}. حاول مرة أخرى لاحقًا.',
};
