import type { Messages } from './catalogue.ts';

const CONTACT = 'انتظر قليلًا ثم أعد المحاولة. وإذا استمرت المشكلة فتواصل مع مدير النظام.';

/**
 * Errors of core that can reach a browser, in Arabic. The English texts are in the catalogues of `core/errors`. Braces contain
 * parameters of the error.
 */
export const coreErrorsArabic: Messages = {
  'error.RIO-HTTP-NOT-FOUND.problem': 'الصفحة غير موجودة.',
  'error.RIO-HTTP-NOT-FOUND.why': 'حُذفت الصفحة، أو لم تكن موجودة أصلًا، أو ليست لديك صلاحية الوصول إليها.',
  'error.RIO-HTTP-NOT-FOUND.fix': 'تحقق من العنوان، أو انتقل إلى لوحة المعلومات.',

  'error.RIO-HTTP-METHOD.problem': 'الطريقة {method} غير مسموح بها في هذا العنوان.',
  'error.RIO-HTTP-METHOD.why': 'الطرق المسموح بها: {allowed}.',
  'error.RIO-HTTP-METHOD.fix':
    '{format, select, json {استخدم إحدى هذه الطرق: {allowed}.} other {استخدم روابط الصفحات ونماذجها.}}',

  'error.RIO-HTTP-SIGN-IN.problem': '{by, select, token {هذا الطلب يتطلب المصادقة.} other {لم تسجّل الدخول.}}',
  'error.RIO-HTTP-SIGN-IN.why':
    '{by, select, token {لا يتضمن الطلب رمز وصول صالحًا.} other {تتطلب هذه الصفحة تسجيل الدخول، وربما انتهت جلستك.}}',
  'error.RIO-HTTP-SIGN-IN.fix':
    '{by, select, token {أرسل رمز وصول صالحًا مع الطلب.} other {سجّل الدخول ثم أعد المحاولة.}}',

  'error.RIO-HTTP-FORBIDDEN.problem': 'ليست لديك صلاحية لتنفيذ هذا الإجراء.',
  'error.RIO-HTTP-FORBIDDEN.why': 'لا يملك حسابك الصلاحية المطلوبة.',
  'error.RIO-HTTP-FORBIDDEN.fix': 'اطلب الصلاحية من أحد مديري النظام.',

  'error.RIO-HTTP-ORIGIN.problem': 'لم يأتِ هذا الطلب من إحدى صفحات هذا التطبيق.',
  'error.RIO-HTTP-ORIGIN.why': 'لا تُقبل التغييرات إلا من صفحات التطبيق، لمنع المواقع الأخرى من إجرائها نيابة عنك.',
  'error.RIO-HTTP-ORIGIN.fix':
    'افتح الصفحة في هذا التطبيق وأرسل النموذج مرة أخرى. وإذا استمرت المشكلة فتواصل مع مدير النظام.',

  'error.RIO-HTTP-FORM-TOKEN.problem': 'هذا النموذج يخص جلسة أخرى.',
  'error.RIO-HTTP-FORM-TOKEN.why': 'سجّلت الدخول مرة أخرى بعد فتح هذه الصفحة، أو أن النموذج ليس من هذا التطبيق.',
  'error.RIO-HTTP-FORM-TOKEN.fix': 'ارجع إلى الصفحة وأعد تحميلها، ثم أرسل النموذج مرة أخرى.',

  'error.RIO-HTTP-BODY.problem': 'تعذّرت قراءة محتوى الطلب.',
  'error.RIO-HTTP-BODY.why': 'المحتوى غير مكتمل، أو أن ترميزه لا يطابق ترويسات الطلب.',
  'error.RIO-HTTP-BODY.fix': 'أرسل النموذج مرة أخرى.',

  'error.RIO-HTTP-GATE.problem': 'لم يكتمل تسجيل دخولك.',
  'error.RIO-HTTP-GATE.why': 'يلزم إكمال خطوة أخرى قبل المتابعة.',
  'error.RIO-HTTP-GATE.fix': 'افتح التطبيق في المتصفح وأكمل تسجيل الدخول.',

  'error.RIO-HTTP-JSON.problem': 'محتوى الطلب ليس JSON صالحًا.',
  'error.RIO-HTTP-JSON.why': 'السبب: {reason}',
  'error.RIO-HTTP-JSON.fix': 'صحّح محتوى JSON ثم أعد إرسال الطلب.',

  'error.RIO-HTTP-INPUT.problem': 'الطلب غير صالح.',
  'error.RIO-HTTP-INPUT.why': 'السبب: {reason}',
  'error.RIO-HTTP-INPUT.fix': 'صحّح القيم المذكورة أعلاه ثم أعد إرسال الطلب.',

  'error.RIO-HTTP-MEDIA.problem': 'نوع المحتوى غير مدعوم.',
  'error.RIO-HTTP-MEDIA.why': 'الأنواع المقبولة: {accepted}.',
  'error.RIO-HTTP-MEDIA.fix': 'استخدم نموذج الصفحة، أو أرسل الطلب بنوع محتوى مقبول.',

  'error.RIO-HTTP-TOO-LARGE.problem': 'حجم الطلب كبير جدًا.',
  'error.RIO-HTTP-TOO-LARGE.why': 'الحد الأقصى هو {max}.',
  'error.RIO-HTTP-TOO-LARGE.fix': 'أرسل بيانات أقل في المرة الواحدة.',

  'error.RIO-HTTP-TOO-MANY-FIELDS.problem': 'عدد حقول النموذج كبير جدًا.',
  'error.RIO-HTTP-TOO-MANY-FIELDS.why':
    'الحد الأقصى هو {max, plural, one {حقل واحد} two {حقلان} few {# حقول} many {# حقلًا} other {# حقل}}.',
  'error.RIO-HTTP-TOO-MANY-FIELDS.fix': 'أرسل بيانات أقل في المرة الواحدة.',

  'error.RIO-HTTP-TOO-MANY-FILES.problem': 'عدد الملفات كبير جدًا.',
  'error.RIO-HTTP-TOO-MANY-FILES.why':
    'الحد الأقصى هو {max, plural, one {ملف واحد} two {ملفان} few {# ملفات} many {# ملفًا} other {# ملف}}.',
  'error.RIO-HTTP-TOO-MANY-FILES.fix': 'ارفع ملفات أقل في المرة الواحدة.',

  'error.RIO-HTTP-UNAVAILABLE.problem': 'قاعدة البيانات غير متاحة حاليًا.',
  'error.RIO-HTTP-UNAVAILABLE.why': 'يجري إعادة تشغيلها، أو انقطع الاتصال بها. لم تتأثر البيانات المحفوظة.',
  'error.RIO-HTTP-UNAVAILABLE.fix': CONTACT,
  'error.RIO-HTTP-UNAVAILABLE.retry': 'بعد ثوانٍ.',

  'error.RIO-HTTP-LOCKED.problem': 'يجري تغيير هذه السجلات الآن.',
  'error.RIO-HTTP-LOCKED.why': 'لم ينته بعد تغيير آخر على السجلات نفسها. لم تُحفظ تغييراتك.',
  'error.RIO-HTTP-LOCKED.fix': 'انتظر قليلًا ثم أرسل النموذج مرة أخرى.',
  'error.RIO-HTTP-READ-ONLY.problem': 'لا يمكن حفظ التغييرات الآن.',
  'error.RIO-HTTP-READ-ONLY.why':
    'لا تقبل قاعدة البيانات أي تغييرات: إما أنها قيد الصيانة أو نُقلت إلى خادم آخر. يمكن قراءة الصفحات. لم تُحفظ تغييراتك.',
  'error.RIO-HTTP-READ-ONLY.fix': 'حاول لاحقًا. وإذا استمرت المشكلة فتواصل مع مدير النظام.',
  'error.RIO-HTTP-QUEUE.problem': 'تغييرات كثيرة جدًا تُحفظ الآن.',
  'error.RIO-HTTP-QUEUE.why': 'تنتظر تغييرات أخرى حفظها قبل هذا التغيير. لم تُحفظ تغييراتك.',
  'error.RIO-HTTP-QUEUE.fix': 'انتظر قليلًا ثم أرسل النموذج مرة أخرى.',
  'error.RIO-HTTP-MEMORY.problem': 'تُستقبل الآن بيانات كثيرة جدًا.',
  'error.RIO-HTTP-MEMORY.why': 'تشغل طلبات أخرى الذاكرة المخصصة لذلك.',
  'error.RIO-HTTP-MEMORY.fix': 'انتظر قليلًا ثم أرسل الطلب مرة أخرى.',
  'error.RIO-HTTP-BUSY.problem': 'تعارضت تغييراتك مع تغيير آخر ولم تُحفظ.',
  'error.RIO-HTTP-BUSY.why': 'عطّل تغييران للسجلات نفسها أحدهما الآخر، فأُلغي هذا التغيير.',
  'error.RIO-HTTP-BUSY.fix': 'أرسل النموذج مرة أخرى.',

  'error.RIO-HTTP-TABLES.problem': 'لا يتوافق أحد الاستعلامات مع جداول قاعدة البيانات.',
  'error.RIO-HTTP-TABLES.why': 'رسالة PostgreSQL: \u2066{reason}\u2069',
  'error.RIO-HTTP-TABLES.fix':
    'إذا كان الجدول أو العمود في أحد النماذج فشغّل \u2066npx rustio-admin migrate make\u2069، وراجع الملف الجديد، ثم شغّل \u2066npx rustio-admin migrate\u2069. وإلا فصحّح عبارة SQL التي تشير إليه: قاعدة سجلات (\u2066defineRules\u2069) أو سياسة صلاحيات أو استعلام خاص بك.',

  'error.RIO-WRITE-REJECTED.problem': 'رفضت قاعدة البيانات هذا التغيير.',
  'error.RIO-WRITE-REJECTED.why': 'لا تسمح إحدى قواعد قاعدة البيانات بهذه القيم. لم يُحفظ شيء.',
  'error.RIO-WRITE-REJECTED.fix': 'ارجع وصحّح القيم ثم احفظ مرة أخرى.',

  'error.RIO-DATABASE-COMMIT.problem': 'لا يُعرف هل حُفظت تغييراتك.',
  'error.RIO-DATABASE-COMMIT.why': 'انقطع الاتصال بقاعدة البيانات أثناء حفظها.',
  'error.RIO-DATABASE-COMMIT.fix': 'انتظر قليلًا ثم تحقق من وجود التغييرات. إن لم تجدها فأرسلها مرة أخرى.',

  'error.RIO-DATABASE-PERMISSION.problem': 'ليس للتطبيق صلاحية تنفيذ هذا في قاعدة البيانات.',
  'error.RIO-DATABASE-PERMISSION.why': 'ينقص دورَه في قاعدة البيانات إذنٌ لازم هنا. لم يُحفظ شيء. {reason}',
  'error.RIO-DATABASE-PERMISSION.fix': 'اطلب من مدير النظام منح هذا الإذن للدور المحدد في \u2066DATABASE_URL\u2069.',

  'error.RIO-DATABASE-DATA.problem': 'تعذّر على قاعدة البيانات حساب هذه البيانات.',
  'error.RIO-DATABASE-DATA.why': 'حدث خطأ في عرض أو دالة أو سياسة أو خادم خارجي في قاعدة البيانات.',
  'error.RIO-DATABASE-DATA.fix': 'تواصل مع مدير النظام. وإذا كانت هذه قائمة فجرّب عامل تصفية يستبعد السجلات المتأثرة.',
  'error.RIO-DATABASE-NOT-READY.problem': 'هذه البيانات غير متاحة حاليًا.',
  'error.RIO-DATABASE-NOT-READY.why': 'مصدرها عرض محفوظ (\u2066materialized view\u2069) لم يُملأ بالبيانات بعد.',
  'error.RIO-DATABASE-NOT-READY.fix': 'حاول لاحقًا. وإذا استمرت المشكلة فتواصل مع مدير النظام.',

  'error.RIO-HTTP-DISK-FULL.problem': 'نفدت مساحة التخزين في قاعدة البيانات.',
  'error.RIO-HTTP-DISK-FULL.why': 'امتلأ قرص خادم قاعدة البيانات. لم تُحفظ تغييراتك؛ ولم تتأثر البيانات الموجودة.',
  'error.RIO-HTTP-DISK-FULL.fix': 'اطلب من مدير النظام توفير مساحة على القرص، ثم أرسل النموذج مرة أخرى.',

  'error.RIO-HTTP-SLOW.problem': 'استغرق الطلب وقتًا طويلًا فأُلغي.',
  'error.RIO-HTTP-SLOW.why': 'تجاوز استعلام قاعدة البيانات المهلة المسموح بها للصفحة.',
  'error.RIO-HTTP-SLOW.fix': 'أضف عامل تصفية أو استخدم عبارة بحث أطول.',

  'error.RIO-HTTP-UNEXPECTED.problem': 'حدث خطأ غير متوقع.',
  'error.RIO-HTTP-UNEXPECTED.why': 'قد لا تكون تغييراتك قد حُفظت. تحقّق منها قبل إرسالها مرة أخرى.',
  'error.RIO-HTTP-UNEXPECTED.fix': 'أعد المحاولة. وإذا تكرر الخطأ فتواصل مع مدير النظام واذكر معرّف الطلب أدناه.',

  'error.RIO-LIST-SLOW.problem': 'استغرق الاستعلام وقتًا طويلًا فأُلغي.',
  'error.RIO-LIST-SLOW.why': 'مهلة استعلامات الصفحة ثانيتان.',
  'error.RIO-LIST-SLOW.fix': 'أضف عامل تصفية أو استخدم عبارة بحث أطول.',

  'error.RIO-FILES-STORE.problem': 'تعذّر تخزين الملف.',
  'error.RIO-FILES-STORE.why': 'مساحة التخزين ممتلئة أو لا يمكن الوصول إليها. لم تُحفظ أي تغييرات.',
  'error.RIO-FILES-STORE.fix': CONTACT,
  'error.RIO-FILES-STORE.retry': 'بعد دقائق.',
};
