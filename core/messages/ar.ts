import type { Messages } from './catalogue.ts';
import { leftToRight } from './direction.ts';

/** Core's own messages, in Arabic. */
export const coreMessagesArabic: Messages = {
  // ── values
  'value.unexpected': 'هذه القيمة غير صالحة لهذا الحقل.',
  'value.all': 'عرض القيمة كاملة',
  'value.yes': 'نعم',
  'value.empty': '(فارغ)',
  'value.no': 'لا',
  'value.bytes':
    '{size, plural, one {بايت واحد} two {بايتان} few {{shown} بايتات} many {{shown} بايتًا} other {{shown} بايت}}',
  'value.kb': '{shown} كيلوبايت',
  'value.mb': '{shown} ميغابايت',

  // ── missing, unknown or generated values
  'problem.required': 'هذا الحقل مطلوب.',
  'problem.unknownField': 'لا يوجد حقل باسم «{name}».',
  'problem.generated': 'هذه القيمة تنشئها قاعدة البيانات ولا يمكن تغييرها.',

  // ── text
  'problem.notText': 'يجب أن تكون القيمة نصًّا.',
  'problem.tooShort':
    'أدخل {min, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأقل؛ عددها هنا {length, number}.',
  'problem.tooLong':
    'أدخل {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر؛ عددها هنا {length, number}.',
  'problem.lineBreak': 'أدخل نصًّا من سطر واحد، دون فواصل أسطر.',
  'problem.notStorable': 'يحتوي هذا النص على حرف غير صالح. امسح الحقل وأدخل النص من جديد.',

  // ── numbers
  'problem.wholeNumber': 'أدخل عددًا صحيحًا، مثل 42.',
  'problem.decimal': 'أدخل عددًا بنقطة عشرية ودون فواصل آلاف، مثل 1234.50.',
  'problem.tooSmall': 'يجب أن تكون القيمة {min} أو أكثر.',
  'problem.tooLarge': 'يجب أن تكون القيمة {max} أو أقل.',
  'problem.tooManyDigits':
    'أدخل قبل النقطة {digits, plural, one {رقمًا واحدًا} two {رقمين} few {# أرقام} many {# رقمًا} other {# رقم}} على الأكثر.',
  'problem.tooManyDecimals':
    '{scale, plural, =0 {لا تُدخل أرقامًا بعد النقطة.} one {أدخل بعد النقطة رقمًا واحدًا على الأكثر.} two {أدخل بعد النقطة رقمين على الأكثر.} few {أدخل بعد النقطة # أرقام على الأكثر.} many {أدخل بعد النقطة # رقمًا على الأكثر.} other {أدخل بعد النقطة # رقم على الأكثر.}}',

  'problem.jsonNumber': 'لهذا العدد أرقام أكثر مما يحفظه عدد JSON. أرسله كنص.',
  'problem.inexact': 'سيُحفظ هذا العدد هكذا: {stored}. استخدم أرقامًا أقل.',

  // ── yes or no, one of several
  'problem.boolean': 'يجب أن تكون القيمة نعم أو لا.',
  'problem.choice': 'اختر أحد الخيارات المتاحة.',

  // ── dates and times
  'problem.tooManySecondDigits':
    '{digits, plural, =0 {أدخل الوقت بثوانٍ كاملة.} one {أدخل بعد الثواني رقمًا واحدًا على الأكثر.} two {أدخل بعد الثواني رقمين على الأكثر.} few {أدخل بعد الثواني # أرقام على الأكثر.} many {أدخل بعد الثواني # رقمًا على الأكثر.} other {أدخل بعد الثواني # رقم على الأكثر.}}',
  'problem.date': `أدخل تاريخًا صحيحًا (السنة ثم الشهر ثم اليوم)، مثل ${leftToRight('2026-11-20')}.`,
  'problem.time': `أدخل وقتًا بين 00:00 و 23:59، مثل 09:30 أو ${leftToRight('09:30:15')}.`,
  'problem.timestamp': `أدخل التاريخ والوقت، مثل ${leftToRight('2026-11-20 10:44')}.`,
  'problem.localDateTime': `أدخل التاريخ والوقت دون منطقة زمنية، مثل ${leftToRight('2026-11-20 10:44')}.`,
  'problem.timeSkipped': 'الوقت {time} غير موجود في {timeZone} لأن الساعة قُدّمت. أدخل وقتًا قبله أو بعده.',
  'problem.timeTwice': 'الوقت {time} يتكرر في {timeZone} لأن الساعة أُخّرت. أدخل {first} أو {second}.',

  // ── addresses and the like
  'problem.email': 'أدخل عنوان بريد إلكتروني صحيحًا، مثل ada@example.org.',
  'problem.phone': `أدخل رقم هاتف مع رمز البلد، مثل ${leftToRight('+49 30 123456')}. يُسمح بالأرقام والمسافات والرموز ${leftToRight('( ) - .')} فقط.`,
  'problem.url': `أدخل عنوان ويب (URL) دون مسافات ولا خطوط مائلة عكسية، مثل ${leftToRight('https://example.org/page')}.`,
  'problem.urlPassword': 'أزل اسم المستخدم وكلمة المرور من الرابط: كل من يرى الرابط يستطيع استخدامهما.',
  'problem.slug': `استخدم حروفًا لاتينية صغيرة (a–z) وأرقامًا وشرطات مفردة، مثل ${leftToRight('spring-sale-2')}.`,
  'problem.colour': `أدخل اللون بالعلامة # تليها ستة أرقام ستّ عشرية، مثل ${leftToRight('#0d9488')}.`,

  // ── several values, bytes
  'problem.items': 'يجب أن تكون القيمة قائمة من القيم.',
  'problem.arrayNested': 'تحتوي هذه القائمة على قوائم أخرى. استبدلها كلها أو غيّرها في قاعدة البيانات.',
  'problem.itemSpaces': 'لا يمكن أن يكون عنصر القائمة فارغًا، أو أن يبدأ بمسافة أو ينتهي بها.',
  'problem.tooFewItems':
    'أدخل {min, plural, one {عنصرًا واحدًا} two {عنصرين} few {# عناصر} many {# عنصرًا} other {# عنصر}} على الأقل؛ عددها هنا {length, number}.',
  'problem.tooManyItems':
    'أدخل {max, plural, one {عنصرًا واحدًا} two {عنصرين} few {# عناصر} many {# عنصرًا} other {# عنصر}} على الأكثر؛ عددها هنا {length, number}.',
  'problem.bytes': 'يجب أن تكون القيمة بيانات ثنائية.',
  'problem.tooFewBytes':
    'يلزم {min, plural, one {بايت واحد} two {بايتان} few {# بايتات} many {# بايتًا} other {# بايت}} على الأقل؛ عددها هنا {length, number}.',
  'problem.tooManyBytes':
    'يمكن تخزين {max, plural, one {بايت واحد} two {بايتين} few {# بايتات} many {# بايتًا} other {# بايت}} على الأكثر؛ عددها هنا {length, number}.',

  // ── others
  'problem.uuid': `أدخل معرّف UUID صحيحًا، مثل ${leftToRight('1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b')}.`,
  'problem.json': 'هذا ليس JSON صحيحًا. {reason}',
  'problem.jsonPlain':
    'لا يمكن تخزين غير JSON البسيط: النصوص والأعداد المنتهية والقيم true و false و null والقوائم والكائنات.',
  'problem.jsonProto': 'لا يمكن أن تحمل خاصية في JSON الاسم «__proto__».',
  'problem.jsonDuplicate': 'تظهر الخاصية «{name}» مرتين في الكائن نفسه. احذف إحداهما.',
  'problem.jsonDeep':
    'التداخل عميق جدًا: يمكن تخزين {max, plural, one {مستوى واحد} two {مستويين} few {# مستويات} many {# مستوى} other {# مستوى}} على الأكثر.',
  'problem.jsonLarge': 'هذا كبير جدًا: يمكن تخزين {max, number} بايت على الأكثر.',
  'problem.jsonShape': 'بنية JSON هذه ليست البنية المتوقعة: {reason}',
  'problem.jsonShapeAt': 'بنية JSON هذه ليست البنية المتوقعة عند {where}: {reason}',
  'problem.jsonAsync': 'هذه القيمة غير مسموح بها. أدخل قيمة أخرى.',
  'problem.list': 'اختر سجلًا أو أكثر من السجلات المتاحة.',

  // ── files
  'problem.file.key': 'لم يعد هذا الملف متاحًا. اختره من جديد.',
  'problem.file.expired': 'انتهت صلاحية الملف المرفوع. اختر الملف من جديد.',
  'problem.file.empty': 'هذا الملف فارغ. اختر ملفًا آخر.',
  'problem.file.tooLarge': 'هذا الملف كبير جدًا. الحجم الأقصى {max}.',
  'problem.file.type': 'محتوى هذا الملف {found}، وهو غير مسموح به هنا. الأنواع المسموح بها: {types}.',
  'problem.file.unknown': 'تعذّر التعرّف على نوع الملف. الأنواع المسموح بها: {types}.',
  'problem.file.image': 'هذه الصورة تالفة: تعذّرت قراءة أبعادها. اختر ملفًا آخر.',
  'problem.file.pixels':
    'هذه الصورة كبيرة جدًا: {width, number} × {height, number} بكسل. الحد الأقصى {max, number} مليون بكسل.',

  // ── rejected because of the whole record, other records or missing permissions
  'problem.forbidden': 'ليس لديك صلاحية تغيير هذا.',
  'problem.hiddenReference': 'ليس لديك صلاحية عرض السجل المحدد هنا، لذلك لا يمكنك استبداله.',
  'problem.rowRule': 'ليس لديك صلاحية حفظ هذا السجل بهذه القيم.',
  'problem.noSuchRow': 'لا يوجد {target} مطابق لـ «{typed}».',
  'problem.notUnique': 'هذه القيمة مستخدمة في سجل آخر.',
  'problem.notUniqueTogether': 'مجموعة القيم هذه مستخدمة في سجل آخر: {fields}.',
  'problem.keyReadOnly': 'هذا الحقل يعرّف السجل، ولا يمكن تغييره بعد إضافة السجل.',
  'problem.tooLongToFind': 'هذه القيمة أطول مما يتسع له فهرس قاعدة البيانات. اختصرها إلى نحو 600 حرف.',
  'problem.overlaps': 'هذا يتداخل مع سجل آخر.',
  'problem.columnMissing':
    'تتطلب قاعدة البيانات قيمة لـ «{column}»، ولا يوجد هذا الحقل في النموذج. تواصل مع مدير النظام.',
  'problem.ruleComment': 'لا تسمح قاعدة البيانات بهذا: {comment}',
  'problem.ruleName': 'لا تسمح قاعدة البيانات بهذه القيمة (القاعدة «{name}»).',
  'problem.notInEncoding': 'لا تستطيع قاعدة البيانات تخزين الحرف «{character}». احذفه.',
  'problem.keyRepeats': 'لم يُحفظ: لعدة سجلات هذا المفتاح. تواصل مع مدير النظام.',
  'problem.rejected': 'هذه القيمة غير مسموح بها. أدخل قيمة أخرى.',
  'problem.tooManyDependants':
    'لم يُحذف: سيُحذف معه أو يُزال ارتباط أكثر من {max, number} من السجلات المرتبطة. احذف بعضها أو غيّرها أولًا.',
  'problem.constraint': 'قيمة أو أكثر من هذه القيم غير مسموح بها. راجعها ثم احفظ مرة أخرى.',

  // ── layout
  'layout.skip': 'الانتقال إلى المحتوى',
  'layout.navigation': 'القائمة الرئيسية',
  'layout.menu': 'القائمة',
  'layout.closeMenu': 'إغلاق القائمة',
  'layout.dashboard': 'لوحة المعلومات',
  'layout.group.system': 'النظام',
  'layout.development': 'بيئة التطوير',
  'layout.zone': 'المنطقة الزمنية: {timeZone}',

  'layout.keys': 'اختصارات لوحة المفاتيح',
  'layout.keys.search': 'بحث',
  'layout.keys.rows': 'السجل التالي، السجل السابق',
  'layout.keys.add': 'إضافة',
  'layout.keys.edit': 'تعديل',
  'layout.keys.save': 'حفظ',
  'layout.keys.help': 'عرض الاختصارات',
  'layout.keys.control': 'Ctrl',
  'layout.keys.switch': 'اختصارات المفتاح الواحد',
  'layout.keys.close': 'إغلاق',

  'layout.error.noAccess': 'لا يمكنك الوصول إلى هذه الصفحة.',
  'layout.error.why': 'السبب',
  'layout.error.fix': 'الحل',
  'layout.error.retry': 'متى تعيد المحاولة',
  'layout.error.again': 'إعادة المحاولة',
  'layout.error.home': 'الانتقال إلى لوحة المعلومات',
  'layout.error.id': 'إذا طلبت المساعدة فاذكر معرّف الطلب هذا:',
};
