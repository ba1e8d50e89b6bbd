import { leftToRight } from '../../../core/view/direction.ts';
import type { Messages } from '../../../core/view/words.ts';

export const ar: Messages = {
  // They stand alone and inside sentences.
  'model.user.title': 'حساب مستخدم',
  'model.user.plural': 'حسابات المستخدمين',
  'model.group.title': 'مجموعة',
  'model.group.plural': 'المجموعات',

  'auth.role.user': 'مستخدم',
  'auth.role.staff': 'موظف',
  'auth.role.supervisor': 'مشرف',
  'auth.role.administrator': 'مدير',
  'auth.role.developer': 'مطوّر',

  'auth.problem.email': `هذا ليس عنوان بريد إلكتروني، مثل ${leftToRight('jane@example.org')}.`,
  'auth.problem.emailTaken': 'يوجد حساب بهذا البريد الإلكتروني.',
  'auth.problem.nameLong':
    'اكتب {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر.',
  'auth.problem.role': 'لا يوجد دور باسم {role}. الأدوار هي {roles}.',
  'auth.problem.passwordShort':
    'كلمة المرور قصيرة جدًّا: اكتب {min, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأقل؛ عددها هنا {length}. من السهل تذكّر عدة كلمات متتالية.',
  'auth.problem.passwordLong':
    'كلمة المرور طويلة جدًّا: اكتب {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر؛ عددها هنا {length}.',
  'auth.problem.passwordSame':
    'استعمل {min, plural, one {حرفًا واحدًا} two {حرفين مختلفين} few {# أحرف مختلفة} many {# حرفًا مختلفًا} other {# حرف مختلف}} على الأقل.',
  'auth.problem.passwordCommon': 'هذه من كلمات المرور التي تُجرَّب أولًا عند التخمين. اختر غيرها.',
  'auth.problem.passwordEmail': 'كلمة المرور هذه قريبة جدًّا من البريد الإلكتروني. اختر غيرها.',
  'auth.problem.groupName':
    'تحتاج المجموعة إلى اسم لا يزيد على {max, plural, one {حرف واحد} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}}.',
  'auth.problem.groupTaken': 'توجد مجموعة بهذا الاسم.',
  'auth.problem.permission': 'لا توجد صلاحية باسم {permission}.',
  'auth.problem.permissionNear': 'لا توجد صلاحية باسم {permission}. هل تقصد {near}؟',

  'auth.refused.notAllowed': 'لا يغيّر الحسابات والمجموعات إلا المديرون والمطوّرون.',
  'auth.refused.selfDemote': 'لا يمكنك أن تنزل بدورك عن مستواه الحالي.',
  'auth.refused.selfDeactivate': 'لا يمكنك تعطيل حسابك.',
  'auth.refused.crossRank': 'لا يمكنك تعديل حساب من هو في مستواك أو فوقه.',
  'auth.refused.roleCeiling': 'لا يمكنك أن تمنح دورًا أعلى من دورك.',
  'auth.refused.lastCommander': 'يجب أن يبقى مدير واحد أو مطوّر واحد على الأقل حسابه مفعّل.',

  'event.user_created': 'إضافة مستخدم',
  'event.user_updated': 'تعديل مستخدم',
  'event.password_changed_self': 'تغيير كلمة المرور',
  'event.password_reset_by_other': 'تعيين كلمة المرور من شخص آخر',
  'event.group_created': 'إضافة مجموعة',
  'event.group_updated': 'تعديل مجموعة',

  'error.RIO-AUTH-BUSY.problem': 'عدد كبير من الناس يسجّلون دخولهم في هذه اللحظة.',
  'error.RIO-AUTH-BUSY.why': 'التحقق من كلمة المرور عمل ثقيل عن قصد، وقد امتلأ صف انتظاره.',
  'error.RIO-AUTH-BUSY.fix': 'انتظر ثوانيَ ثم أرسل النموذج من جديد.',
  'error.RIO-AUTH-BUSY.retry': 'بعد ثوانٍ.',
};
