import type { Messages } from '../../../core/messages/catalogue.ts';
import { leftToRight } from '../../../core/messages/direction.ts';

export const ar: Messages = {
  'tokens.title': 'الرموز',
  'tokens.about': 'رموز للبرامج التي تعمل نيابةً عنك',
  'tokens.of': 'رموز {account}',
  'tokens.none': 'لا توجد رموز بعد',
  'tokens.own.help':
    'يتيح الرمز لبرنامج أن يعمل نيابةً عنك بالصلاحيات التي تختارها. ألغِ الرمز فورًا إذا احتمل أن يكون غيرك قد رآه.',
  'tokens.own.permissions': 'للرمز الصلاحيات التي تحددها فقط، وكل منها ما دمت تملكها.',
  'tokens.person.help':
    'تستخدم البرامج هذه الرموز لتعمل نيابةً عن هذا المستخدم. يمكنك إلغاء رموز المستخدمين الذين دورهم أدنى من دورك.',
  'tokens.service.help':
    'تستخدم البرامج هذه الرموز لتعمل باسم حساب الخدمة هذا. استبدل الرمز قبل انتهاء صلاحيته: أنشئ رمزًا جديدًا، واحفظه في البرنامج، ثم ألغِ القديم.',
  'tokens.service.permissions':
    'للرمز الصلاحيات التي تحددها فقط، وكل منها ما دام {account} يملكها. لا تُعرض إلا الصلاحيات التي تملكانها معًا.',
  'tokens.service.new': 'حساب خدمة جديد',
  'tokens.service.about':
    'حساب الخدمة لبرنامج. لا يسجّل الدخول أبدًا ولا يستقبل بريدًا؛ يرسل البرنامج أحد رموزه مع كل طلب.',
  'tokens.service.name': 'اسم الحساب',
  'tokens.service.nameHelp': `قصير وبلا مسافات، مثل ${leftToRight('nightly-import')}`,
  'tokens.service.displayName': 'الوصف',
  'tokens.service.role': 'الدور',
  'tokens.service.create': 'إنشاء',
  'tokens.service.created': 'أُنشئ «{account}». امنحه صلاحيات، ثم أنشئ رمزًا.',

  'tokens.new': 'رمز جديد',
  'tokens.details': 'التفاصيل',
  'tokens.name': 'الاسم',
  'tokens.nameHelp': 'البرنامج أو الجهاز الذي يستخدمه',
  'tokens.days': 'مدة الصلاحية (بالأيام)',
  'tokens.daysHelp':
    '{max, plural, one {يوم واحد على الأكثر} two {يومان على الأكثر} few {# أيام على الأكثر} many {# يومًا على الأكثر} other {# يوم على الأكثر}}',
  'tokens.permissions': 'الصلاحيات',
  'tokens.noPermissions': 'لا توجد صلاحيات للاختيار منها، فلن يدل الرمز إلا على حسابه.',
  'tokens.create': 'إنشاء الرمز',
  'tokens.created.title': 'رمزك الجديد',
  'tokens.created.label': 'الرمز «{name}»',
  'tokens.created.once': 'انسخه الآن واحفظه في مكان آمن، فلن يُعرض مرة أخرى.',
  'tokens.created.use': 'ترسله البرامج مع كل طلب في هذه الترويسة:',
  'tokens.created.expires': 'ينتهي في',
  'tokens.created.done': 'تم',
  'tokens.created.before': 'أُنشئ الرمز من قبل. إذا لم تنسخه فألغِه وأنشئ غيره.',

  'tokens.column.name': 'الرمز',
  'tokens.column.permissions': 'الصلاحيات',
  'tokens.column.created': 'أُنشئ في',
  'tokens.column.expires': 'ينتهي في',
  'tokens.column.used': 'آخر استخدام',
  'tokens.column.actions': 'الإجراءات',
  'tokens.noneChosen': 'لا شيء',
  'tokens.withoutEffect': 'لم تعد موجودة',
  'tokens.neverUsed': 'أبدًا',
  'tokens.state.expired': 'منتهٍ',
  'tokens.state.revoked': 'مُلغى',
  'tokens.revoke': 'إلغاء الرمز',
  'tokens.revokeOf': 'إلغاء الرمز {name}',
  'tokens.revoke.confirm': 'هل تريد إلغاء الرمز {name}؟ تفقد البرامج التي تستخدمه صلاحية الوصول فورًا.',
  'tokens.revoked': 'أُلغي الرمز.',

  'tokens.problem.name':
    'أدخل اسمًا لا يزيد على {max, plural, one {حرف واحد} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}}، بلا أحرف تحكم.',
  'tokens.problem.days': 'أدخل عدد أيام من 1 إلى {max}.',
  'tokens.problem.tooMany':
    'لا يمكن أن يكون للحساب أكثر من {max, plural, one {رمز صالح واحد} two {رمزين صالحين} few {# رموز صالحة} many {# رمزًا صالحًا} other {# رمز صالح}}. ألغِ رمزًا لم يعد مستخدمًا.',
  'tokens.problem.ownerLacks': 'لا يملك {owner} الصلاحية {permission}.',
  'tokens.rejected.notAllowed': 'لا ينشئ الرموز ويلغيها إلا الأشخاص وسطر الأوامر.',
  'tokens.rejected.notOwn': 'يمكنك إنشاء رموز لنفسك ولحسابات الخدمة، لا لأشخاص آخرين.',
  'tokens.rejected.inactive': 'هذا الحساب معطّل أو مقفل. فعّله أو افتح قفله أولًا.',

  'audit.data.name': 'الاسم',
  'audit.data.expiresAt': 'ينتهي في',
  'audit.data.reason.revoked': 'أُلغي',
  'audit.data.reason.password_recovered': 'استُعيدت كلمة المرور',

  'event.token_created': 'إنشاء رمز',
  'event.token_revoked': 'إلغاء رمز',
};
