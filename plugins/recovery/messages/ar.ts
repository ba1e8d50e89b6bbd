import type { Messages } from '../../../core/messages/catalogue.ts';

export const ar: Messages = {
  'recovery.link': 'هل نسيت كلمة المرور؟',
  'recovery.forgot.title': 'إعادة تعيين كلمة المرور',
  'recovery.forgot.why': 'أدخل عنوان البريد الإلكتروني لحسابك، وسيصلك رابط لاختيار كلمة مرور جديدة.',
  'recovery.forgot.email': 'البريد الإلكتروني',
  'recovery.forgot.submit': 'إرسال الرابط',
  'recovery.backToSignIn': 'العودة إلى تسجيل الدخول',
  'recovery.sent.title': 'تحقق من بريدك الإلكتروني',
  'recovery.sent.text':
    'إذا كان هناك حساب بهذا العنوان، فستصله رسالة تحتوي على رابط صالح لمدة {minutes, plural, one {دقيقة واحدة} two {دقيقتين} few {# دقائق} other {# دقيقة}}.',
  'recovery.sent.hint':
    'لم تصلك رسالة؟ تحقق من مجلد البريد غير المرغوب فيه ومن كتابة العنوان، أو اسأل أحد مديري النظام.',
  'recovery.reset.title': 'اختيار كلمة مرور جديدة',
  'recovery.reset.why': 'سيُسجَّل خروجك في كل مكان. سجّل الدخول بعد ذلك بكلمة المرور الجديدة.',
  'recovery.done.title': 'تم تغيير كلمة المرور',
  'recovery.done.text': 'سجّل الدخول بكلمة المرور الجديدة.',
  'recovery.done.signIn': 'تسجيل الدخول',

  'recovery.mail.subject': 'إعادة تعيين كلمة المرور – {name}',
  'recovery.mail.greeting': 'مرحبًا {name}،',
  'recovery.mail.text': 'طلب أحدهم كلمة مرور جديدة لحسابك. لاختيارها افتح هذا الرابط:',
  'recovery.mail.button': 'اختيار كلمة مرور جديدة',
  'recovery.mail.valid':
    'الرابط صالح لمدة {minutes, plural, one {دقيقة واحدة} two {دقيقتين} few {# دقائق} other {# دقيقة}} ويمكن استخدامه مرة واحدة.',
  'recovery.mail.other':
    'إن لم تكن أنت من طلب ذلك فتجاهل هذه الرسالة، ولن تتغير كلمة المرور. جاء الطلب من عنوان IP {ip}.',

  'error.RIO-RECOVERY-LINK.problem': 'لا يمكن استخدام هذا الرابط.',
  'error.RIO-RECOVERY-LINK.why': 'انتهت صلاحيته، أو استُخدم من قبل، أو تغيّر الحساب بعد إنشائه.',
  'error.RIO-RECOVERY-LINK.fix': 'اطلب رابطًا جديدًا، أو اسأل أحد مديري النظام.',

  'recovery.mail.textByOther':
    'أرسل إليك أحد مديري النظام هذا الرابط لتختار كلمة مرور جديدة. تبقى كلمة مرورك الحالية صالحة حتى ذلك الحين:',
  'recovery.mail.otherByOther': 'إذا لم تكن بحاجة إلى كلمة مرور جديدة فتجاهل هذه الرسالة.',

  'recovery.notice.other': 'إن لم تكن تتوقع ذلك فتواصل مع مدير النظام.',
  'recovery.notice.passwordChosen.subject': 'تغيّرت كلمة مرورك – {app}',
  'recovery.notice.passwordChosen':
    'عُيّنت كلمة مرور جديدة لحسابك عبر رابط إعادة التعيين. انتهت جميع الجلسات، ولم تعد روابط إعادة التعيين الأخرى تعمل.',
  'recovery.notice.temporaryPassword.subject': 'أُعيد تعيين كلمة مرورك – {app}',
  'recovery.notice.temporaryPassword':
    'أعاد أحد مديري النظام تعيين كلمة مرور حسابك، وانتهت جميع الجلسات. ستحصل على كلمة مرور مؤقتة عليك استبدالها عند تسجيل الدخول.',
  'recovery.notice.locked.subject': 'قُفل حسابك – {app}',
  'recovery.notice.locked':
    'قفل أحد مديري النظام حسابك حتى {until}، وانتهت جميع الجلسات. يمكنك تسجيل الدخول بعد ذلك الوقت.',
  'recovery.notice.lockedForever.subject': 'قُفل حسابك – {app}',
  'recovery.notice.lockedForever':
    'قفل أحد مديري النظام حسابك، وانتهت جميع الجلسات. يمكنك تسجيل الدخول بعد أن يلغي أحد مديري النظام القفل.',
  'recovery.notice.unlocked.subject': 'أُلغي قفل حسابك – {app}',
  'recovery.notice.unlocked': 'ألغى أحد مديري النظام قفل حسابك، ويمكنك تسجيل الدخول من جديد.',
  'recovery.notice.sessionsEnded.subject': 'أُنهيت جلساتك – {app}',
  'recovery.notice.sessionsEnded': 'أنهى أحد مديري النظام جميع جلسات حسابك، ويمكنك تسجيل الدخول من جديد.',
  'recovery.notice.roleChanged.subject': 'تغيّر دورك – {app}',
  'recovery.notice.roleChanged': 'غيّر أحد مديري النظام دور حسابك إلى: {role}. انتهت جميع الجلسات.',
  'recovery.notice.factorRemoved.subject': 'أُزيل العامل الثاني – {app}',
  'recovery.notice.factorRemoved':
    'أزال أحد مديري النظام العامل الثاني لحسابك، وانتهت جميع الجلسات. يمكنك تسجيل الدخول بكلمة المرور.',
  'recovery.notice.linkIssued.subject': 'أُنشئ رابط لإعادة تعيين كلمة المرور – {app}',
  'recovery.notice.linkIssued': 'أنشأ أحد مديري النظام رابطًا لإعادة تعيين كلمة مرور حسابك.',

  'recovery.temporaryPassword.expired': 'انتهت صلاحية كلمة مرورك المؤقتة. اطلب كلمة جديدة من أحد مديري النظام.',

  'recovery.tab': 'الاستعادة',
  'recovery.account.reason': 'السبب',
  'recovery.account.reasonHelp': '8 أحرف على الأقل، لسجل التدقيق. لا يراه المستخدم.',
  'recovery.account.resetMail': 'إرسال رابط إعادة التعيين',
  'recovery.account.resetMail.help':
    'تصل المستخدم رسالة تحتوي على رابط لاختيار كلمة مرور جديدة. تبقى كلمة المرور الحالية صالحة حتى ذلك الحين.',
  'recovery.account.resetMail.button': 'إرسال الرابط',
  'recovery.account.resetMail.done': 'يجري إرسال الرابط.',
  'recovery.account.temporaryPassword': 'كلمة مرور مؤقتة',
  'recovery.account.temporaryPassword.help':
    'تُنشأ كلمة مرور وتُعرض مرة واحدة. يُسجَّل خروج المستخدم في كل مكان، وعليه تسجيل الدخول بها خلال {hours, plural, one {ساعة واحدة} two {ساعتين} few {# ساعات} many {# ساعة} other {# ساعة}} واختيار كلمة جديدة.',
  'recovery.account.temporaryPassword.button': 'إنشاء كلمة مرور',
  'recovery.account.temporaryPassword.done': 'استُبدلت كلمة المرور.',
  'recovery.account.shownOnce': 'انسخها الآن وسلّمها للمستخدم. لن تُعرض مرة أخرى.',
  'recovery.account.removeFactor': 'إزالة العامل الثاني',
  'recovery.account.removeFactor.help':
    'للمستخدمين الذين فقدوا هاتفهم ورموزهم الاحتياطية. تحقق من هويتهم وجهًا لوجه أو بمكالمة؛ لا تكفي رسالة بريد. يُسجَّل خروجهم في كل مكان. بعد ذلك تكفي كلمة المرور حتى يُعدّوا عاملًا جديدًا.',
  'recovery.account.removeFactor.button': 'إزالة العامل الثاني',
  'recovery.account.removeFactor.done': 'أُزيل العامل الثاني.',
  'recovery.account.lock': 'قفل الحساب',
  'recovery.account.lock.help': 'يُسجَّل خروج المستخدم في كل مكان، ولا يمكنه تسجيل الدخول حتى ينتهي القفل.',
  'recovery.account.lock.button': 'قفل الحساب',
  'recovery.account.lock.done': 'قُفل الحساب.',
  'recovery.account.duration': 'المدة',
  'recovery.account.duration.15': '15 دقيقة',
  'recovery.account.duration.60': 'ساعة',
  'recovery.account.duration.1440': '24 ساعة',
  'recovery.account.duration.10080': '7 أيام',
  'recovery.account.duration.forever': 'حتى يُفتح القفل',
  'recovery.account.duration.minutes': 'مدة مخصصة',
  'recovery.account.minutes': 'الدقائق',
  'recovery.account.minutesHelp': 'مطلوبة للخيار «مدة مخصصة».',
  'recovery.account.unlock': 'فتح قفل الحساب',
  'recovery.account.unlock.help': 'يمكن للمستخدم تسجيل الدخول من جديد فورًا.',
  'recovery.account.unlock.button': 'فتح قفل الحساب',
  'recovery.account.unlock.done': 'فُتح قفل الحساب.',
  'recovery.account.unlock.none': 'لم يكن الحساب مقفلًا.',
  'recovery.account.endSessions': 'إنهاء جميع الجلسات',
  'recovery.account.endSessions.help': 'يُسجَّل خروج المستخدم في كل مكان، ويمكنه تسجيل الدخول من جديد.',
  'recovery.account.endSessions.button': 'إنهاء جميع الجلسات',
  'recovery.account.endSessions.done':
    '{n, plural, zero {لم تكن هناك جلسات.} one {انتهت جلسة واحدة.} two {انتهت جلستان.} few {انتهت # جلسات.} other {انتهت # جلسة.}}',
  'recovery.account.lockedUntil': 'هذا الحساب مقفل حتى {until}.',
  'recovery.account.lockedForever': 'هذا الحساب مقفل حتى يلغي أحد مديري النظام القفل.',
  'recovery.account.mustChange': 'لهذا الحساب كلمة مرور مؤقتة لم يستبدلها المستخدم بعد.',
  'recovery.rejected.own': 'لا يمكنك استعادة حسابك هنا. غيّر كلمة مرورك في صفحة ملفك الشخصي.',
  'recovery.rejected.inactive': 'هذا الحساب معطّل. فعّله أولًا.',
  'recovery.rejected.locked': 'هذا الحساب مقفل، فلن يعمل الرابط. افتح قفله أولًا.',
  'recovery.rejected.noPassword': 'لم يختر هذا المستخدم كلمة مرور بعد. أرسل إليه دعوة بدلًا من ذلك.',
  'recovery.rejected.noFactor': 'ليس لدى المستخدم عامل ثانٍ.',
  'recovery.rejected.demotion': 'لدى المستخدم الدور {role}، وهو أعلى. لخفضه استخدم الأمر `user role`.',
  'sessions.lost.second_factor_removed': 'انتهت جلستك لأن العامل الثاني أُزيل. سجّل الدخول مرة أخرى.',
  'audit.data.reason.second_factor_removed': 'أُزيل العامل الثاني',
  'recovery.problem.reasonShort':
    'أدخل سببًا من {min, plural, one {حرف واحد} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأقل. يُحفظ في سجل التدقيق.',
  'recovery.problem.reasonLong':
    'استخدم {max, plural, one {حرفًا واحدًا} two {حرفين} few {# أحرف} many {# حرفًا} other {# حرف}} على الأكثر.',
  'recovery.problem.duration': 'اختر مدة من القائمة.',
  'recovery.problem.minutes': 'أدخل عددًا صحيحًا من 1 إلى {max, number}.',

  'recovery.newPassword.title': 'اختيار كلمة مرور جديدة',
  'recovery.newPassword.why': 'سجّلت الدخول بكلمة مرور مؤقتة. اختر كلمة خاصة بك للمتابعة. ستنتهي جلساتك الأخرى.',
  'recovery.newPassword.same': 'هذه هي كلمة المرور المؤقتة. اختر كلمة أخرى.',
  'recovery.newPassword.done': 'تم تغيير كلمة المرور.',
  'recovery.newPassword.sessions': 'الجلسات النشطة',
  'recovery.newPassword.signOut': 'تسجيل الخروج',

  'event.forced_password_change_completed': 'استُبدلت كلمة المرور المؤقتة',
  'event.emergency_recovery': 'استعادة طارئة',
  'audit.data.temporary': 'مؤقتة',
  'audit.data.operation': 'العملية',
  'audit.data.operator': 'المشغّل',
  'event.password_reset_requested': 'إرسال رابط إعادة التعيين',
  'event.password_reset_completed': 'إعادة تعيين كلمة المرور',
  'audit.data.minutes': 'مدة الصلاحية بالدقائق',
};
