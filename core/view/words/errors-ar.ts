import type { Messages } from '../words.ts';

const SAME_ANSWER = 'إعادة المحاولة تعطي الجواب نفسه.';
const TELL = 'انتظر قليلًا. وإذا استمر ذلك فأخبر من يشغّل هذا التطبيق.';

/**
 * The kernel's errors that can reach a browser, in Arabic. Their English stands where they are thrown. What stands in
 * braces is a parameter of the error.
 */
export const kernelErrorsArabic: Messages = {
  'error.RIO-HTTP-NOT-FOUND.problem': 'لا يوجد شيء في هذا العنوان.',
  'error.RIO-HTTP-NOT-FOUND.why': 'إما أنه حُذف، أو لم يوجد قط، أو لا يحق لك أن تراه.',
  'error.RIO-HTTP-NOT-FOUND.fix': 'تحقق من العنوان، أو اذهب إلى صفحة البداية وابحث.',
  'error.RIO-HTTP-NOT-FOUND.retry': SAME_ANSWER,

  'error.RIO-HTTP-METHOD.problem': 'لا يجيب هذا العنوان عن {method}.',
  'error.RIO-HTTP-METHOD.why': 'يجيب عن {allowed}.',
  'error.RIO-HTTP-METHOD.fix':
    '{format, select, json {استعمل إحدى هذه الطرق: {allowed}.} other {استعمل روابط الصفحات ونماذجها.}}',
  'error.RIO-HTTP-METHOD.retry': SAME_ANSWER,

  'error.RIO-HTTP-SIGN-IN.problem': '{by, select, token {هذا الطلب يتطلب إثبات الهوية.} other {لم تسجّل دخولك.}}',
  'error.RIO-HTTP-SIGN-IN.why':
    '{by, select, token {ليس في الطلب رمز وصول صالح.} other {هذا العنوان لمن سجّل دخوله، وربما انتهت جلستك.}}',
  'error.RIO-HTTP-SIGN-IN.fix':
    '{by, select, token {أرسل رمز وصول صالحًا مع الطلب.} other {سجّل دخولك ثم أعد المحاولة.}}',
  'error.RIO-HTTP-SIGN-IN.retry': '{by, select, token {مع رمز وصول صالح.} other {بعد تسجيل الدخول.}}',

  'error.RIO-HTTP-FORBIDDEN.problem': 'لا يحق لك ذلك.',
  'error.RIO-HTTP-FORBIDDEN.why': 'ليست لحسابك الصلاحية اللازمة.',
  'error.RIO-HTTP-FORBIDDEN.fix': 'اطلبها من أحد المديرين، إن كانت من عملك.',
  'error.RIO-HTTP-FORBIDDEN.retry': 'بعد منح الصلاحية.',

  'error.RIO-HTTP-ORIGIN.problem': 'لم يأتِ هذا الطلب من إحدى صفحات هذا التطبيق.',
  'error.RIO-HTTP-ORIGIN.why': 'لا تُقبل التغييرات إلا من صفحاته، حتى لا يجريها موقع آخر باسمك.',
  'error.RIO-HTTP-ORIGIN.fix':
    'افتح الصفحة هنا وأرسل نموذجها من جديد. وإن كنت من يشغّل التطبيق: يجب أن يكون publicUrl هو العنوان الذي يستعمله الناس.',
  'error.RIO-HTTP-ORIGIN.retry': 'فورًا، من الصفحة الصحيحة.',

  'error.RIO-HTTP-FORM-TOKEN.problem': 'هذا النموذج يعود إلى جلسة أخرى.',
  'error.RIO-HTTP-FORM-TOKEN.why': 'سجّلت دخولك من جديد بعد فتح الصفحة، أو لم يصدر النموذج عن هذا التطبيق.',
  'error.RIO-HTTP-FORM-TOKEN.fix': 'عُد، وأعد تحميل الصفحة، ثم أرسل النموذج من جديد.',
  'error.RIO-HTTP-FORM-TOKEN.retry': 'بعد إعادة تحميل الصفحة.',

  'error.RIO-HTTP-BODY.problem': 'تعذّرت قراءة ما أُرسل.',
  'error.RIO-HTTP-BODY.why': 'انقطع قبل نهايته، أو أن ترميزه غير ما يقوله عن نفسه.',
  'error.RIO-HTTP-BODY.fix': 'أرسل النموذج من جديد.',
  'error.RIO-HTTP-BODY.retry': 'فورًا.',

  'error.RIO-HTTP-GATE.problem': 'لم يكتمل تسجيل دخولك.',
  'error.RIO-HTTP-GATE.why': 'بقيت خطوة واحدة قبل أن تتمكن من المتابعة.',
  'error.RIO-HTTP-GATE.fix': 'افتح التطبيق في المتصفح وأكمل تسجيل الدخول.',
  'error.RIO-HTTP-GATE.retry': 'بعد ذلك.',

  'error.RIO-HTTP-JSON.problem': 'ما أُرسل ليس JSON صحيحًا.',
  'error.RIO-HTTP-JSON.why': 'السبب: {reason}',
  'error.RIO-HTTP-JSON.fix': 'صحّح محتوى JSON ثم أعد إرسال الطلب.',
  'error.RIO-HTTP-JSON.retry': 'بعد التصحيح.',

  'error.RIO-HTTP-INPUT.problem': 'الطلب ليس بالشكل المتوقع.',
  'error.RIO-HTTP-INPUT.why': 'السبب: {reason}',
  'error.RIO-HTTP-INPUT.fix': 'صحّح القيم المذكورة ثم أعد إرسال الطلب.',
  'error.RIO-HTTP-INPUT.retry': 'بعد التصحيح.',

  'error.RIO-HTTP-MEDIA.problem': 'ما أُرسل من نوع لا يقبله هذا العنوان.',
  'error.RIO-HTTP-MEDIA.why': 'يقبل هذا العنوان {accepted}.',
  'error.RIO-HTTP-MEDIA.fix': 'استعمل نموذج الصفحة، أو حدّد نوع المحتوى المقبول.',
  'error.RIO-HTTP-MEDIA.retry': 'بالنوع الصحيح.',

  'error.RIO-HTTP-TOO-LARGE.problem': 'ما أُرسل كبير جدًّا.',
  'error.RIO-HTTP-TOO-LARGE.why': 'يقبل هذا النموذج {most} على الأكثر.',
  'error.RIO-HTTP-TOO-LARGE.fix': 'أرسل أقل في المرة الواحدة.',
  'error.RIO-HTTP-TOO-LARGE.retry': 'بعد تصغيره.',

  'error.RIO-HTTP-TOO-MANY-FIELDS.problem': 'في النموذج حقول كثيرة جدًّا.',
  'error.RIO-HTTP-TOO-MANY-FIELDS.why':
    'يقبل هذا النموذج {most, plural, one {حقلًا واحدًا} two {حقلين} few {# حقول} many {# حقلًا} other {# حقل}} على الأكثر.',
  'error.RIO-HTTP-TOO-MANY-FIELDS.fix': 'أرسل أقل في المرة الواحدة.',
  'error.RIO-HTTP-TOO-MANY-FIELDS.retry': 'بعد تصغيره.',

  'error.RIO-HTTP-TOO-MANY-FILES.problem': 'أُرسلت ملفات كثيرة جدًّا.',
  'error.RIO-HTTP-TOO-MANY-FILES.why':
    'يقبل هذا النموذج {most, plural, one {ملفًا واحدًا} two {ملفين} few {# ملفات} many {# ملفًا} other {# ملف}} على الأكثر.',
  'error.RIO-HTTP-TOO-MANY-FILES.fix': 'أرسل ملفات أقل في المرة الواحدة.',
  'error.RIO-HTTP-TOO-MANY-FILES.retry': 'بملفات أقل.',

  'error.RIO-HTTP-UNAVAILABLE.problem': 'لا يمكن الوصول إلى قاعدة البيانات الآن.',
  'error.RIO-HTTP-UNAVAILABLE.why': 'يعاد تشغيلها، أو انقطع الاتصال بها. لم يضع شيء مما خُزّن.',
  'error.RIO-HTTP-UNAVAILABLE.fix': TELL,
  'error.RIO-HTTP-UNAVAILABLE.retry': 'بعد ثوانٍ.',

  'error.RIO-HTTP-BUSY.problem': 'كان شخص آخر يعدّل السجلات نفسها.',
  'error.RIO-HTTP-BUSY.why': 'انتظر كل من التغييرين الآخر، فتراجع هذا التغيير. لم يُحفظ منه شيء.',
  'error.RIO-HTTP-BUSY.fix': 'أرسل النموذج من جديد.',
  'error.RIO-HTTP-BUSY.retry': 'فورًا.',

  'error.RIO-HTTP-TABLES.problem': 'يستعمل استعلام جدولًا أو عمودًا غير موجود في قاعدة البيانات.',
  'error.RIO-HTTP-TABLES.why': 'أبلغت PostgreSQL بما يلي: \u2066{reason}\u2069',
  'error.RIO-HTTP-TABLES.fix':
    'إن كان الجدول أو العمود في أحد النماذج فشغّل \u2066npx rustio-admin migrate make\u2069، واقرأ الملف الجديد، ثم شغّل \u2066npx rustio-admin migrate\u2069. وإلا فصحّح عبارة SQL التي تذكره: قاعدة سجلات (\u2066defineRules\u2069) أو سياسة صلاحيات أو استعلام لك.',
  'error.RIO-HTTP-TABLES.retry': 'بعد الترحيل أو التصحيح.',

  'error.RIO-HTTP-FULL.problem': 'لم يبق مكان لتخزين هذا.',
  'error.RIO-HTTP-FULL.why': 'امتلأ قرص قاعدة البيانات. لم يُحفظ شيء من تغييرك؛ وما خُزّن من قبل سليم.',
  'error.RIO-HTTP-FULL.fix': 'أخبر من يشغّل هذا التطبيق: يجب إفساح مكان. ثم أرسل النموذج من جديد.',
  'error.RIO-HTTP-FULL.retry': 'بعد إفساح مكان.',

  'error.RIO-HTTP-SLOW.problem': 'استغرق هذا وقتًا طويلًا فأُوقف.',
  'error.RIO-HTTP-SLOW.why':
    'احتاجت قاعدة البيانات إلى وقت أطول مما يُعطى لصفحة، حتى لا يبطئ سؤال ثقيل واحد عمل الجميع.',
  'error.RIO-HTTP-SLOW.fix':
    'اطلب أقل: استعمل مرشّحًا، أو كلمات أقل، أو الترتيب المعتاد. وفهرس للحقل المعني يحل المشكلة نهائيًّا.',
  'error.RIO-HTTP-SLOW.retry': 'بعد تضييق الطلب.',

  'error.RIO-HTTP-UNEXPECTED.problem': 'حدث خطأ من جهتنا.',
  'error.RIO-HTTP-UNEXPECTED.why': 'واجه التطبيق حالة لا يعرفها. لم يُحفظ شيء من تغييرك.',
  'error.RIO-HTTP-UNEXPECTED.fix': 'أعد المحاولة. وإذا تكرر ذلك فأعطِ من يشغّل هذا التطبيق المعرّف المذكور أدناه.',
  'error.RIO-HTTP-UNEXPECTED.retry': 'مرة واحدة؛ ثم اطلب المساعدة.',

  'error.RIO-LIST-SLOW.problem': 'تأخرت قاعدة البيانات كثيرًا في الجواب فسُحب السؤال.',
  'error.RIO-LIST-SLOW.why':
    'لا يجوز أن تستغرق قراءة شيء لصفحة أكثر من ثانيتين؛ والبحث في جدول كبير بلا فهرس يستغرق أكثر.',
  'error.RIO-LIST-SLOW.fix':
    "ضيّق القائمة بمرشّح أو بكلمة أطول. وللحل النهائي: أعطِ الحقل الذي يُبحث فيه `index: 'search'` والحقل الذي يُرتَّب حسبه `index: true`.",
  'error.RIO-LIST-SLOW.retry': 'فورًا إن كان الخادم مشغولًا؛ والسؤال نفسه عن الجدول نفسه سيبقى بطيئًا.',

  'error.RIO-LIST-FIELD.problem': 'طُلب من قائمة أن تُحصر أو تُرتَّب حسب حقل لا يحق للقارئ أن يراه.',
  'error.RIO-LIST-FIELD.why': 'الصفوف التي تظهر وترتيبها تدل على ما في الحقل.',
  'error.RIO-LIST-FIELD.fix': 'اقرأ السؤال بالدالة rows.ask()، فهي ترفض مثل هذا الحقل كأنه غير موجود.',
  'error.RIO-LIST-FIELD.retry': 'بسؤال آخر.',

  'error.RIO-FILES-STORE.problem': 'تعذّر تخزين الملف.',
  'error.RIO-FILES-STORE.why': 'لا مكان له، أو لا يمكن الوصول إلى مكان الملفات. لم يتغيّر شيء.',
  'error.RIO-FILES-STORE.fix': TELL,
  'error.RIO-FILES-STORE.retry': 'بعد دقائق.',
};
