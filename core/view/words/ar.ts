import { leftToRight } from '../direction.ts';
import type { Messages } from '../words.ts';

/** What the kernel itself says, in Arabic: why a value is refused, and how values without words of their own are shown. */
export const kernelWordsArabic: Messages = {
  // ── values
  'value.yes': 'نعم',
  'value.no': 'لا',
  'value.empty': 'فارغ',
  'value.bytes':
    '{size, plural, one {بايت واحد} two {بايتان} few {{shown} بايتات} many {{shown} بايتًا} other {{shown} بايت}}',
  'value.kb': '{shown} كيلوبايت',
  'value.mb': '{shown} ميغابايت',

  // ── a value is missing, or stands where none may
  'problem.required': 'املأ هذا الحقل.',
  'problem.unknownField': 'لا يوجد حقل باسم «{name}».',
  'problem.generated': 'هذه القيمة تنشئها قاعدة البيانات ولا يمكن تغييرها.',

  // ── text
  'problem.notText': 'يجب أن تكون القيمة نصًّا.',
  'problem.tooShort':
    'اكتب {min, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأقل؛ عددها هنا {length}.',
  'problem.tooLong':
    'اكتب {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر؛ عددها هنا {length}.',
  'problem.lineBreak': 'اكتب هذا في سطر واحد.',
  'problem.notStorable': 'في هذا النص رمز لا يمكن تخزينه (الرمز NUL أو نصف رمز). اكتبه من جديد.',

  // ── numbers
  'problem.wholeNumber': 'اكتب عددًا صحيحًا بالأرقام، مثل 42.',
  'problem.decimal': 'اكتب عددًا بالأرقام ونقطة قبل الكسر، مثل 1234.50، دون فواصل بين الآلاف.',
  'problem.tooSmall': 'يجب أن تكون القيمة {min} أو أكثر.',
  'problem.tooLarge': 'يجب أن تكون القيمة {max} أو أقل.',
  'problem.tooManyDigits':
    'اكتب قبل النقطة {digits, plural, one {رقمًا واحدًا} two {رقمين} few {# أرقام} many {# رقمًا} other {# رقم}} على الأكثر.',
  'problem.tooManyDecimals':
    '{scale, plural, =0 {لا تكتب أرقامًا بعد النقطة.} one {اكتب بعد النقطة رقمًا واحدًا على الأكثر.} two {اكتب بعد النقطة رقمين على الأكثر.} few {اكتب بعد النقطة # أرقام على الأكثر.} many {اكتب بعد النقطة # رقمًا على الأكثر.} other {اكتب بعد النقطة # رقم على الأكثر.}}',

  // ── yes or no, one of several
  'problem.boolean': 'يجب أن تكون القيمة نعم أو لا.',
  'problem.choice': 'اختر إحدى القيم المعروضة.',

  // ── dates and times
  'problem.date': `اكتب تاريخًا موجودًا: السنة ثم الشهر ثم اليوم، مثل ${leftToRight('2026-11-20')}.`,
  'problem.time': `اكتب وقتًا بين 00:00 و 23:59، مثل 09:30 أو ${leftToRight('09:30:15')}.`,
  'problem.timestamp': `اكتب التاريخ والوقت، مثل ${leftToRight('2026-11-20 10:44')}.`,
  'problem.localDateTime': `اكتب التاريخ والوقت دون منطقة زمنية، مثل ${leftToRight('2026-11-20 10:44')}.`,
  'problem.timeSkipped': 'لم يكن هناك وقت {time} في {zone}: قُدّمت الساعة فتخطّته. اكتب وقتًا قبل التغيير أو بعده.',
  'problem.timeTwice': 'مرّ الوقت {time} في {zone} مرتين، لأن الساعة أُخّرت. اكتب المقصود: {first} أو {second}.',

  // ── addresses and the like
  'problem.email': 'اكتب عنوان بريد إلكتروني، مثل ada@example.org.',
  'problem.phone': `اكتب الرقم مسبوقًا برمز البلد، مثل ${leftToRight('+49 30 123456')}: أرقام ومسافات والرموز ${leftToRight('( ) - .')} فقط.`,
  'problem.url': `اكتب عنوانًا على الويب، مثل ${leftToRight('https://example.org/page')}، دون مسافات ولا خطوط مائلة عكسية.`,
  'problem.urlPassword': 'احذف الاسم وكلمة المرور قبل العلامة @: كل من يرى هذا العنوان يستطيع استعمالهما.',
  'problem.slug': `استعمل حروفًا صغيرة من a إلى z وأرقامًا، وبينها شرطات مفردة، مثل ${leftToRight('spring-sale-2')}.`,
  'problem.colour': `اكتب اللون بالعلامة # تليها ستة رموز من 0 إلى f، مثل ${leftToRight('#0d9488')}.`,

  // ── several values, bytes
  'problem.items': 'يجب أن تكون القيمة قائمة من القيم.',
  'problem.itemSpaces': 'لا يجوز أن يكون أحد عناصر القائمة فارغًا، ولا أن يبدأ بمسافة أو ينتهي بها.',
  'problem.tooFewItems':
    'أعطِ {min, plural, one {عنصرًا واحدًا} two {عنصرين} few {# عناصر} many {# عنصرًا} other {# عنصر}} على الأقل؛ عددها هنا {length}.',
  'problem.tooManyItems':
    'أعطِ {max, plural, one {عنصرًا واحدًا} two {عنصرين} few {# عناصر} many {# عنصرًا} other {# عنصر}} على الأكثر؛ عددها هنا {length}.',
  'problem.bytes': 'يجب أن تكون القيمة بايتات.',
  'problem.tooFewBytes':
    'يلزم {min, plural, one {بايت واحد} two {بايتان} few {# بايتات} many {# بايتًا} other {# بايت}} على الأقل؛ عددها هنا {length, number}.',
  'problem.tooManyBytes':
    'يمكن تخزين {max, plural, one {بايت واحد} two {بايتين} few {# بايتات} many {# بايتًا} other {# بايت}} على الأكثر؛ عددها هنا {length, number}.',

  // ── others
  'problem.uuid': `اكتب معرّف UUID: 32 رمزًا من 0 إلى f في مجموعات، مثل ${leftToRight('1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b')}.`,
  'problem.json': 'هذا ليس JSON. {reason}',
  'problem.jsonPlain':
    'لا يمكن تخزين غير JSON البسيط: النصوص والأعداد المنتهية والقيم true و false و null والقوائم والكائنات.',
  'problem.jsonProto': 'لا يمكن أن تحمل خاصية في JSON الاسم “__proto__”.',
  'problem.jsonDeep':
    'التداخل عميق جدًّا: يمكن تخزين {max, plural, one {مستوى واحد} two {مستويين} few {# مستويات} many {# مستوى} other {# مستوى}} على الأكثر.',
  'problem.jsonLarge': 'هذا كبير جدًّا: يمكن تخزين {max, number} بايت على الأكثر.',
  'problem.jsonShape': 'ليس لهذا الـ JSON الشكل المتوقع: {reason}',
  'problem.jsonShapeAt': 'ليس لهذا الـ JSON الشكل المتوقع عند {where}: {reason}',
  'problem.jsonLater': 'مخطط هذا الحقل يجيب لاحقًا؛ لا تُستعمل إلا المخططات التي تجيب فورًا.',
  'problem.list': 'يجب أن تكون القيمة قائمة من المفاتيح.',

  // ── files
  'problem.file.key': 'هذا ليس مفتاح ملف.',
  'problem.file.waiting': 'لم يعد هذا الملف محفوظًا هنا. اختره من جديد.',
  'problem.file.empty': 'هذا الملف فارغ. اختر ملفًا آخر.',
  'problem.file.tooLarge': 'هذا الملف كبير جدًّا: يمكن تخزين {most, number} ميغابايت على الأكثر.',
  'problem.file.type': 'محتوى هذا الملف {found}، مهما كان اسمه. ما يمكن تخزينه هنا: {types}.',
  'problem.file.unknown': 'لا يُعرف ما في هذا الملف. ما يمكن تخزينه هنا: {types}.',
  'problem.file.image': 'هذه الصورة تالفة: لا يُعرف منها مقاسها.',
  'problem.file.pixels':
    'في هذه الصورة {width, number} × {height, number} نقطة، وهذا كثير: يمكن تخزين {most, number} مليون على الأكثر.',

  // ── what the record as a whole, its neighbours or somebody's rights do not allow
  'problem.notYours': 'لا يحق لك تغيير هذا.',
  'problem.rowRule': 'ليس لديك صلاحية حفظ السجل بهذه القيم.',
  'problem.noSuchRow': 'لا يوجد {target} باسم «{typed}».',
  'problem.taken': 'هذه القيمة مأخوذة: لسجل آخر القيمة نفسها.',
  'problem.takenTogether': 'لسجل آخر القيم نفسها معًا: {fields}.',
  'problem.keyFixed': 'هذا مفتاح السجل. لا يمكن تغييره بعد إضافة السجل.',
  'problem.tooLongToFind': 'هذا أطول من أن يُعثر به على سجل. اختصره إلى 600 حرف أو أقل.',
  'problem.overlaps': 'هذا يتداخل مع سجل آخر.',
  'problem.refused': 'لا تقبل قاعدة البيانات هذه القيمة.',
  'problem.constraint': 'في قاعدة البيانات شرط لا يسمح بذلك.',
};
