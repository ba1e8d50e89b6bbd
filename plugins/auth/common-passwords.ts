/**
 * Passwords of ten or more characters that attackers try first: keyboard patterns, sequences, doubled words, and names of the
 * protected system. All in lower case. Shorter passwords are not listed: the minimum length already rejects them.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  0123456789 1234567890 12345678910 123456789a 1234567891 0987654321 9876543210 123456789123 1234567890123
  1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc qwertyuiop qwerty12345 qwerty123456 qwertyuiop123 qwerty1234 qwertzuiop
  azertyuiop asdfghjkl1 asdfghjkl123 asdfghjkl; zxcvbnm123 zaq12wsxcde3 qazwsxedcrfv qazwsxedc123 abcdefghij abcd123456
  abcdef123456 abc1234567 abc123abc123 a123456789 aa12345678 aa123456789 q123456789
  password00 password01 password10 password11 password12 password123 password1234 password12345 password123! password1!
  password!1 password2024 password2025 password2026 passwordpassword mypassword mypassword1 mypassword123 newpassword
  newpassword1 passw0rd123 p@ssw0rd123 p@ssword123 p@ssw0rd1234 pa55word123 changeme123 changeme1234 changemenow
  temppassword temporary1 temporary123 default123 letmein123 letmein1234 welcome123 welcome1234 welcome2024 welcome2025
  welcome2026 iloveyou123 iloveyou12 iloveyou1234 loveyou123 sunshine123 princess123 football123 baseball123 superman123
  batman12345 dragon12345 monkey12345 michael123 jennifer123 computer123 internet123 business123 company123 summer2024
  summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026
  admin12345 admin123456 admin1234567 adminadmin adminadmin1 admin@1234 admin@12345 administrator administrator1 adminpassword
  rootpassword root123456 rootroot12 test123456 testtest12 testtest123 test1234567 testpassword user123456 username123
  guest12345 guest123456 login12345 secret1234 secret12345 topsecret1 supersecret mysecret123 masterkey1 master1234 master12345
  correcthorse correcthorsebatterystaple trustno1234 whatever123 starwars123 pokemon1234 liverpool1 liverpool123
  chelsea1234 arsenal1234 barcelona1 manchester manchester1 juventus123 qwe123qwe123 asd123asd123 zxc123zxc123 1a2b3c4d5e
  1111122222 1212121212 1122334455 1231231231 123123123123 1234512345 1234554321 1357924680 0147258369 147258369a 789456123a
  7894561230 9638527410 aaaaabbbbb qqqqqwwwww asdasdasd1 asdasdasdasd qweqweqwe1 qweqweqweqwe
  rustio12345 rustioadmin rustio-admin rustioadmin1
  `
    .trim()
    .split(/\s+/),
);
