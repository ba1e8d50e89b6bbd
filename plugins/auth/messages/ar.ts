import type { Messages } from '../../../core/messages/catalogue.ts';
import { leftToRight } from '../../../core/messages/direction.ts';

export const ar: Messages = {
  // Used on its own and within sentences.
  'model.user.title': 'حساب مستخدم',
  'model.user.plural': 'حسابات المستخدمين',
  'model.group.title': 'مجموعة',
  'model.group.plural': 'المجموعات',

  'auth.role.user': 'مستخدم',
  'auth.role.staff': 'موظف',
  'auth.role.supervisor': 'مشرف',
  'auth.role.administrator': 'مدير النظام',
  'auth.role.developer': 'مطوّر',

  'auth.problem.email': `أدخل عنوان بريد إلكتروني صحيحًا، مثل ${leftToRight('jane@example.org')}.`,
  'auth.problem.emailTaken': 'يوجد مستخدم بهذا البريد الإلكتروني بالفعل.',
  'auth.problem.nameLong':
    'أدخل {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر.',
  'auth.problem.role': 'دور غير معروف: {role}. الأدوار المتاحة: {roles}.',
  'auth.problem.passwordShort':
    'كلمة المرور قصيرة جدًا. أدخل {min, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأقل؛ عددها هنا {length, number}. من السهل تذكّر عبارة من عدة كلمات.',
  'auth.problem.passwordLong':
    'كلمة المرور طويلة جدًا. أدخل {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر؛ عددها هنا {length, number}.',
  'auth.problem.passwordSame':
    'استخدم {min, plural, one {حرفًا واحدًا} two {حرفين مختلفين} few {# أحرف مختلفة} many {# حرفًا مختلفًا} other {# حرف مختلف}} على الأقل.',
  'auth.problem.passwordCommon': 'كلمة المرور هذه شائعة جدًا. اختر غيرها.',
  'auth.problem.passwordEmail': 'كلمة المرور هذه مشابهة جدًا للبريد الإلكتروني. اختر غيرها.',
  'auth.problem.groupName':
    'أدخل اسمًا للمجموعة لا يزيد على {max, plural, one {حرف واحد} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}}.',
  'auth.problem.groupTaken': 'توجد مجموعة بهذا الاسم بالفعل.',
  'auth.problem.permission': 'صلاحية غير معروفة: {permission}.',
  'auth.problem.permissionNear': 'صلاحية غير معروفة: {permission}. هل تقصد {near}؟',

  'auth.rejected.notAllowed': 'لا يمكن تغيير المستخدمين والمجموعات إلا لمديري النظام والمطوّرين.',
  'auth.rejected.selfDemote': 'لا يمكنك خفض دورك.',
  'auth.rejected.selfDeactivate': 'لا يمكنك تعطيل حسابك.',
  'auth.rejected.higherRole': 'لا يمكنك تغيير مستخدمين دورهم مساوٍ لدورك أو أعلى منه.',
  'auth.rejected.ownGroups': 'لا يمكنك تغيير عضويتك في المجموعات.',
  'auth.rejected.roleTooHigh': 'لا يمكنك أن تمنح دورًا أعلى من دورك.',
  'auth.rejected.lastAdministrator': 'يجب أن يبقى مدير نظام واحد أو مطوّر واحد على الأقل حسابه مفعّل.',

  'event.user_created': 'إضافة مستخدم',
  'event.user_updated': 'تعديل مستخدم',
  'event.password_changed_self': 'تغيير كلمة المرور',
  'event.password_reset_by_other': 'إعادة تعيين كلمة المرور من شخص آخر',
  'event.group_created': 'إضافة مجموعة',
  'event.group_updated': 'تعديل مجموعة',

  'error.RIO-AUTH-BUSY.problem': 'عدد عمليات تسجيل الدخول كبير في هذه اللحظة.',
  'error.RIO-AUTH-BUSY.why': 'التحقق من كلمة المرور بطيء عمدًا، وقد امتلأ صف انتظاره.',
  'error.RIO-AUTH-BUSY.fix': 'انتظر بضع ثوانٍ ثم أعد المحاولة.',
  'error.RIO-AUTH-BUSY.retry':
    'بعد {seconds, plural, one {ثانية واحدة} two {ثانيتين} few {# ثوانٍ} many {# ثانية} other {# ثانية}}.',
};
