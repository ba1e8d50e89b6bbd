/**
 * Whether a normalised password is one of those that attackers try first: a listed one, a common word with digits, punctuation or
 * substitutes for letters (`P@ssw0rd2026!`), or a short text repeated (`abcabcabcabc`).
 */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  const unit = repeatedUnit(lower);
  return (
    unit.length < MIN_UNIT || [lower, unit].some((text) => COMMON_PASSWORDS.has(text) || COMMON_WORDS.has(wordIn(text)))
  );
}

const MIN_UNIT = 5;

/** The shortest text that the password repeats: `abc` in `abcabcabcabc`; the password itself if it repeats none. */
function repeatedUnit(text: string): string {
  // A text is found in its doubled form at its own length, or at that of the unit that it repeats.
  return text.slice(0, (text + text).indexOf(text, 1));
}

/** The text without digits and punctuation around it, and with letters in place of their usual substitutes. */
function wordIn(text: string): string {
  const inner = text.replace(/^[^\p{L}@$]+|[^\p{L}]+$/gu, '');
  return inner.replace(/[@4013$5]/g, (sign) => SUBSTITUTES[sign] ?? sign);
}

const SUBSTITUTES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  $: 's',
  '5': 's',
};

/** Words that make a password common, whatever surrounds them. In lower case. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
  aaaaabbbbb abcd abcdef abcdefghij admin adminadmin administrator adminpassword april arsenal asdasdasd
  asdasdasdasd asdfgh asdfghjkl august autumn azerty azertyuiop barcelona baseball batman business changeme
  changemenow chelsea company computer contrasena correcthorse correcthorsebatterystaple december default dragon
  february football friday guest iloveyou internet january jennifer july june juventus letmein liverpool login
  loveyou manchester march master masterkey michael monday monkey motdepasse mypassword mysecret newpassword
  november october parola passwd password passwordpassword passwort pokemon princess qazwsxedc qazwsxedcrfv
  qqqqqwwwww qweqweqwe qweqweqweqwe qwerty qwertyuiop qwertz qwertzuiop root rootpassword rootroot rustio
  rustioadmin saturday secret senha september spring starwars summer sunday sunshine superman supersecret temporary
  temppassword test testpassword testtest thursday topsecret trustno tuesday user username wednesday welcome
  whatever winter zxcvbn zxcvbnm
  `
    .trim()
    .split(/\s+/),
);

/**
 * The most frequent passwords of twelve or more characters in published collections (Mark Burnett's list of ten million passwords, which
 * is in the public domain), and names of the protected system. In lower case. Shorter ones are rejected for their length.
 */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  123456789123 1234567890123 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc qwerty123456 qwertyuiop123 asdfghjkl123
  zaq12wsxcde3 qazwsxedcrfv qazwsxedc123 abcdef123456 abc123abc123 password1234 password12345 password123!
  password2024 password2025 password2026 passwordpassword mypassword123 newpassword1 p@ssw0rd1234 changeme1234
  temppassword temporary123 iloveyou1234 admin1234567 administrator administrator1 adminpassword rootpassword
  testpassword correcthorse correcthorsebatterystaple liverpool123 qwe123qwe123 asd123asd123 zxc123zxc123
  123123123123 asdasdasdasd qweqweqweqwe rustio-admin rustioadmin1 123qweasdzxc q1w2e3r4t5y6 mailcreated5240
  123456qwerty sojdlg123aljg qwertyqwerty 123456654321 leavemealone gfhjkmgfhjkm ghjcnjgfhjkm zxcasdqwe123
  ghhh47hj7649 sonyericsson 123456789qwe qwerasdfzxcv 123456789987654321 123456123456 112233445566 websolutions
  qweasdzxc123 chickenwing101 unbelievable flvbybcnhfnjh ghbdtnrfrltkf 1qaz2wsx3edc4rfv 123456789123456789
  finalfantasy contortionist 123qwe123qwe newproject2004 justinbieber businessbabe needforspeed scandinavian
  maurolarastefy domainlock2005 hd764nw5d7e1vb1 123456789012 supernatural qazwsxedcrfvtgb counterstrike professional
  ghjcnjghjcnj dkflbvbhjdbx admin18533362 vfvfvskfhfve fkmnthyfnbdf qazxswedcvfr 23176djivanfros 123456789qwerty
  zaq1xsw2cde3 dkflbvbhjdyf 123456789abc whosyourdaddy qwertyasdfgh 541233432442 123456789qaz ghbdtnghbdtn
  12345678900987654321 intelligence 010203040506 vanyarespekt fktrcfylhjdbx 12345678901234567890 102030405060
  fktrcfylhjdyf devilmaycry4 combat123654 89231243658s 123456789qqq transformers chesterfield 123123qweqwe
  saun24865709 qwertyytrewq qwerty123456789 q1w2e3r4t5y6u7 123qwe456rty 1234567890qw zqjphsyf6ctifgu jamesbond007
  iseedeadpeople international 4815162342lost 1qa2ws3ed4rf mevefalkcakk 31217221027711 159753159753
  12345678987654321 ptybnxtvgbjy lhbjkjubz2957704 hedimaptfcor cosmopolitan 123456789zxc 1234567890qwe
  q1w2e3r4t5y6u7i8 olcrackmaster lost4815162342 installdevic ghjcnjrdfibyj digitalprodu andrewjackie
  1qazxsw23edcvfr4 159753456852 12qw34er56ty 1234qwerasdf 123456782000 peanutbutter lovelovelove ingodwetrust
  auckland2010 123456789101 1234567890zzz qawsedrftgyh minecraft123 ghjcnjqgfhjkm boy4u2ownnyc an83546921an13
  abc123456789 742617000027 41d8cd98f00b 32615948worms 123321qweewq 01telemike01 ticketmaster playstation2
  nhfdvfnjkju123 nemvxyheqdd5oqxyxyzi 012345678910 residentevil punksnotdead playstation3 installsqlst iloveboobies
  1a2s3d4f5g6h vfrcbvvfrcbv philadelphia nightcrawler iampurehaha2 greenlantern ghjcnjgbpltw cjdthitycndj
  avrillavigne 123456789aaa zaqwsxcderfv schoolgirlie qwertyuiop10 qazxswedc123 qazwsxqazwsx passwordstandard
  paraklast1974 nhfycajhvths nhecsyfujkjdt massimiliano lytghjgtnhjdcr christopher1 bpgjldsgjldthnf blahblahblah
  89876065093rax 1qa2ws3ed4rf5tg 141312190296q 1234qwerasdfzxcv 1234567qwertyu 123412341234 111222333000
  websolutionssu warhammer40k vfhbyfvfhbyf stratocaster stinkyfinger rfnthbyf1988 nondriversig morganstanley
  minnesota_hp gjkysqgbpltw fatima753357 construction bltynbabrfwbz badiman28200 antananarivu 59382113kevinp
  1234qw1234qw 1234567890qwerty 1234567890qaz 1234567890987654321 123321456654 122333444455555 111222333444555
  zxcvbnmzxcvbnm zcfvfzkexifz webuivalidat systemofadown stickdaddy77 specialinsta sleepyhollow seemnemaailm
  satisfaction qwertasdfgzxcvb qwaszxerdfcv q1w2e3r4t5y6u7i8o9p0 ontheoutside ntktdbpjh1994 ne_e_pod_chehyl
  nastyanastya mortalkombat lockingservi ilovemyfamily gtnhjpfdjlcr ghjatccbjyfk fynfyfyfhbde anytimetoday
  amadeusptfcor a1s2d3f4g5h6 6215mila6215 4815162342lf 23wkoa0fp78dk 123ewqasdcxz 123456789qwer 123456789asd
  1234567892000 123456789000 1234567887654321 014702580369 zxcvbnm123456789 zxcvbn123456 z1x2c3v4b5n6m7 z1x2c3v4b5n6
  ytpfdbcbvjcnm wazzkaprivet thecakeisalie sanfrancisco qwertyuiop12345 qwertyuiop12 pfqwtd27121988 nick1234-rem936
  networkingpe msoracle32re michaeljackson love777321777 ktjynsq40147 hjpjxrf23062007 gthtrfnbgjkt ghjnbdjcnjzybt
  dantheman123 corperfmonsy cnfc35762209 cheeseburger cfvfzrhfcbdfz asdfgh123456 aksjdlasdakj89879 89semtsriuty
  89063032220m 420842084208555 1rus27540102 193570356033 123qwerty123 123451234512345 zxcvbnmmnbvcxz zcfvfzrhfcbdfz
  xxpa33bq.adna vladimirovna vbybcnthcndj sdicmt7seytn qazwsx123456 qaz123wsx456 q80661658441 nhbybnhjnjkejk
  nhbujyjvtnhbz necronomicon mishaoooyeah michelangelo lytdybrbdfvgbhf larterlarter josephphone7 jesuslovesme
  ipo54tj45uy856 internacional iloveyoubaby hd764nw5d7e1vbv handkerchief gtasanandreas gfhfktkjuhfv foreveryoung
  fktrcfylhjdf findaupair007 entertainment edwardcullen bullnuts2003 blacksonblon bhrh0h2oof6xbqjeh alpha135792468
  accessibilit 1qaz1qaz1qaz 1a2a3a4a5a6a 19960610ilja 123456zxcvbn 1234567891011 1234567890qwertyuiop 12345677654321
  1223505sayana 111222333444 070793monolit 050605rostik zxcvasdfqwer zaqxswcde123 weaknesspays vtnhjgjkbnty
  uninstallsql trafficracer tfjunwptzsjp syncmaster740n silmarillion salocaluimsg runescape123 ronaldinho10
  rikitikitavi registration qwertyuiopasdfg qwertyuiop123456789 qwaszxqwaszx q1q2q3q4q5q6 productid20f powerrangers
  powerlifting perasperaadastra marinamarina idedevicep0t huangjin1987 heartbreaker ghtdtlvtldtl ghjcnhfycndj
  ghjbpdjlcndj genuineintel gankutsuou1989 frederiksberg frankenstein eulacomplete efwe5tgwa5twhgd dvtcntyfdctulf
  dragonslayer czps5nyndwcksc coolbugi2000 cnhjbntkmcndj civilization cheaphornybastard changelangms cgfhnfrxtvgbjy
  avadakedavra antoshenechka alteclansing administrato ababagalamaga 951753852456 31321dj51982 30secondstomars
  2222333344445555 1324354657687980 123qwertyuiop 1234567qwerty 12345678qwertyu 123456789azat 123456789987
  1213141516171819 112358132134 0528325452mr zghjcnjcegth yjdjvjcrjdcr yflz13041976 weihnachtsbau tojiik85521133
  sonnenschein skateboarding showmethemoney seo21saafd23 samsungs5230 rockohamster r3r3vi3wacc3ss
  qwertyuiopasdfghjkl qwertyuiopasdfgh qwerty123321 qw12er34ty56 ..qlvvcvdeero qaz1wsx2edc3 q2w3e4r5t6y7
  perfectexploiter passwordassword newt7899onrs neversaynever neversaymypassword narutouzumaki manchesterunited
  louisvuitton intervention includecatal hakunamatata gthgtylbrekzh googlecheckou gfhjkm123456 geniusgenius
  flvbybcnhfwbz diunilaobu8* den1020834880 degenerationx constitution cgfhnfrvjcrdf cfvfzcxfcnkbdfz cbvtycbyjrbz
  callscesetup azsxdcfvgbhn awdqseawdssa alertpaydoubl alertemailms aleksandrova abcdefghijkl 80966095182z
  80633459472qw 3454051maksim 277rte87hryloitru 198719871987 193711101994a 159753258456 159357159357 1302alex1994
  125712571257d 123qwerty456 123qazwsxedc 1234567899876543 123456789123456 123456789101112 1234567812345678
  123456654321a 010203040506070809 zaqxswcdevfr ..xrlqiyeopco welcome2suzan unitedstates tarantino123 superstar132
  splintercell snowboarding silversurfer serializatio sasukeuchiha samimaxi1212 rhjrjlbkutyf revolutiontt
  revoluinfo123 resurrection qwertyuiopasdf qwerty654321 qwerty1234567 qwe123rty456 providername prevedmedved
  pmdmscts2000 perfectworld password2011 parliament12345 nodataincolumn nissanskyline naughtyamerica msorcloledbr
  mediterraneo maprchem56458 maksimka2134 island18pass independence gjkmpjdfntkm ghjcnjghbrjk ghbdtnvtldtl
  ghbdtnfylhtq gamemaster12 fypjhbr007dfcz007rfr fooma091194fds fgghjrcbvfwbz euamominhamae elitedollars
  dzxtckfdjdyf domainlock2004 cradleoffilth comicbookdb1 coinstallers chicagobulls cghfdtlkbdjcnm bobthebuilder
  beverlyhills architecture alexandrovna alex123456789 a9n87u2jved9y 923650asdfghjkl 8mlzimzslmjf 852456852456
  5532361cnjqrf 4062056totoot 300cgfhnfywtd 234589frendz 228gfgbhjcbv 1q2q3q4q5q6q 1702alex1991 147852gogozen
  1471214712qwe 142536475869 123456asdfgh 1234567890as 123321qwerty 11qq22ww33ee 11223344556677 099453784sem
  09876543211234567890 05021991inna 025802588520 zcegthfynjif yjdsqgfhjkm1 yfcheyfirjke ybrnjrhjvtyfc
  worldofwarcraft weihnachtsbaum ver4594gss45 v80953054464 uninstallper tequieromuch stratovarius stas123456789
  startservice stairwaytoheaven sonypictures sliveddevils ske9k9tch3r5w9s silvertree976 silverbullet setupstartse
  setupdicallc scorpionking sanynokia5130 riodejaneiro rhododendron rfvbrflpt2011 qwerqwerqwer qazxswedcvfrtgb
  qazwsxedcrfvtgbyhn qazwsxedc12345 q1w2e3q1w2e3 prigoda25392637 pikkunappi9c physicaldevi password2000 optimusprime
  olegstan1980 nuttertools1 nikitanikita newfoundland multiprocess motherlode123 middlesbrough michaeljordan
  mercedesbenz mastermaster marilynmanson ..lzkihcswipo lovemetender liverpool1892 kristinochka justinkislyanka
  jesus0077993 jacksonville internationa internaciona installwmp64 installenume ingaforptfcor ikhouvanjeomer12345
  identificati homersimpson holacomoesta hesoyamhesoyam harleydavidson happygolucky gygypyfyyyposhy gthdjghbxbyf
  godzillaslpo ghbdfnbpfwbz1 forester1377 ewelina6814838 elenagilbert ehbyjnthfgbz drift89094072877 dreamtheater
  don'tremember dnepropetrovsk dkflbckfdxbr disksvolumes dirtybastard directoryser den121255555 deletecurren
  cthutqcthutq ctdthjldbycr cristianoronaldo corperfmonex communication cnjvfnjkjubz checkinglevel cbvcbvjnrhjqcz
  browniesunda bountyhunter blackpanther atyourbusiness associazione ashleysparks asdfghjklzxcvbnm asdfghjklzxc
  asdfghjkl123456 angel2726722 anetov_32541 aleksandrovna a1a2a3a4a5a6 9279807412ss 9279807412ddss 8dagycf9ldtf
  89514845466a 753951852456 5668nitram10 4rfv5tgb6yhn 321673216732167 220790140907 1z2x3c4v5b6n 1vfhufhbnrf1
  1qw23er45ty6 1q2w3e4r5t6y7u 1a2b3c4d5e6f 199649316zed 198219821982 123reconect312 123qwe456asd 123bfg123bfg
  12345qwertasdfg 123456789qwertyu 123456789ira 123456789abcd 1234567890qwer 1234567890qweasd 123123456456
  121314151617 112233445566778899 102030405060708090 102030102030 09092009sophie 06081982h@d! 0551144kolya
  030169dennis 0147896325you zxcvbnmnbvcxz zxcvbnmasdfghjkl zxc123456789 zaqwsxcde123 youngandrestless
  xkzwnuxkdn9a8kcykuitbkg1g xf6cmqlrpeuhjuvv wsxz3823922163845 worldoftanks winresponse1 whysoserious virginiatech
  vfwyeuv6aueh vfcnthbvfhufhbnf verkot492934 venividivici vbhjiybxtyrj vbhjdjpphtybt ujujkmvjujkm triagrutrika
  trailblazers tlbycndtyysq timberwolves successfully streetfighter slonyaka082367 slava5sandr5 skywalker1979
  setupopeninf setproductid setcurrentpr seregaserega selfsigncert secretsecret scesetuproot santabarbara
  samsungkoze176351 rhjzp59vnq00 rfhbyfrfhbyf retsamoen123 remotedeskto relaxwebbewxaler readdataport raoyu1359760
  raijmakers313 qwertyuiopasdfghjklzxcvbnm qwertyuiop1234 qwertyhgfdsa qwerty1234567890 qwertasdfzxc qwegta13091990
  quant4307quant4307 qqwweerrttyy qazxswqazxsw qazwsx123edc qawsedrftgyhujik q1a2z3w4s5x6 professionaltools
  privetkakdela pcrmcfnsoqw+ paralelepipedo pamelarafter overwhelming nymphetamine ntnhflmcvthnb njxrfrbgtybz
  njkmrjlkzvtyz nhfycajhvfnjh nekronomikon nbwnbw258789 mychangeserv modernwarfare mercedesw202 mazefaka2009
  matiasjerez123 market892892 mandermka112 lsjkfghkj45kjh loveandpeace lol123456789 ljh345ljh3577 liaandsonya11
  lbaathtywbfk kyk1rbk1hbw0uqkckwbh kristina2010 kristina1998 killerkiller kbytqrfufdyj kazantip2009 kalinkamalinka
  jabbawockeez installwmfsd installutill initializing incrediblereview ilovemymother ichliebedich homesweethome
  hoffenheim2008 hgdxtgttgfdtdtes hellogoodbye hbrbnbrbnfdb happynewyear grandtheftauto gorelova2009 goldinfo1975
  godverdomme01 gnthjlfrnbkm gjrtvjygbrfxe gjkbghjgbkty gjgeufqhjvfyfzif ghtphtybtcerfv ghjabkfrnbrf gfhfktkbuhfvv
  foreveralone flatronf700p fkajfhsgt19pot fank10011996 encyclopedia ejxjzgbgunaz9z6j6exbniqga dzxtckfdjdbx
  dskscsgslscns dima324315198540 dima123456789 dfvgbhdfvgbh dfktynbyjdbx delanoteslik defil3dsmdme deadmanwalking
  dbzursitesux coolermaster configuratio compatibility communicatio cnfhsqgfhjkm cliegaliases classdescrip
  cityofangels cinemabizarre ciaociao1234 chiebradrieri cheekymonkey cbhtytdtymrbq callofduty123 butterscotch
  butlerandsly budakpandai80 boomersooner biochemistry best123admin bar588bar588 b7b7vhig5ij5 asd123456789
  armagedon666 apocalyptica allahisgreat alexandre199 albanycolonie aezakmiwanrltw accountblock a1s2d3f4g5h6j7k8
  a112233445566 665544qwerty 654321654321 53433553hjvfy 47892knjq333 3rjqdxcnmrc568 252525qweasd 1z2x3c4v5b6n7m
  19684sheperd 1533355ddddd 14881488wpcc 14121995vlad 123zxc123zxc 123dolchie098 123654789qwe 123654789fgt
  1234qwer1234 123456abcdef 12345678qwertyui 123456789zaq 123456789qazwsx 123456789lox 123456789lol 123456789lena
  123456789ivan 123456789cfif 123456789alex 123456789852 1234567890qqq 1234567654321 12345671234567 12345654321z
  123321123456 123123123qwe 11cib22ru33geg 1122334455er 11223344556677889900 10203040506070 00212100vova
  zyjwrprscnwv zxcvbnm12345678 zxcvbnm1234567 zxcvbnasdfgh zxccxz85265493 zs3vs23zs3vs23 zeus7169-ladidadi
  zaq12wsxcde34rfv zaq12wsx3edc ytrhjyjvbrjy ytrewq123456 ytgjdnjhbvsq yjdsqujl2009 yjdfzcnhfybwf yfltymrfxgjr0707
  yeahyeahyeah ybrbnfybrbnf y6t5r4e3w2q1 y5hjkdg82490840 wpwp5625382q winniethepooh wildwildwest whitekoma212
  warhammer40000 wahyqu5u7ena w0a1ni0604de vlad0685414688 vjqvfktymrbqvbh vfuybnjujhcr vfibyfvfibyf velociraptor
  uzumakinaruto universalnyj understandin uhtxfcvjkjrjv ufa35forever trytologin86 true7521478957 tnasljohxfysa
  tetragrammaton taokhongbiet syncmaster710n streetracing startspooler stalkerstalker spiderman123 spectrumsonline
  spartakmoscow sosca6661254 soldatenko20 skakalka199218 signature673 severodvinsk setactivepwr sera19930220
  seniseviyorum senbonzakura sekret199502 schastlivaya schallapatapan sashka159357 s1e2r3e4g5a6 runescape1995
  rsc512663995 rr231982w111 rollercoaster ringedtits2004 rfhfdfyrfhbyf rfewtww5tgregtr rakkausrunot qwertyzxcvbn
  qwertyui2000 qwerty123qwerty qwerty100500 qwerasdfzxcv1234 qwerasdf1234 qwer1234qwer qweasdqweasd qwe123321qwe
  queteimporta qqaazzwwssxx qazwsx123123 qaz123qaz123 qa8916820123 q1a1z1w2s2x2 psetupinitre programmable
  precompiling plhfdcndeqnt phztca63f9zu petrozavodsk pedrolucasmunhoz pciide0chann password2010 password2002
  orochimaru1991 orientepetroler oracleclient optionaldirs onlyone4-myxworld nurregulle95 nosforeverever
  nobodynobody nineinchnails nightstalker nhfyrdbkbpfnjh nhfycajhvfwbz never32been16 nbkbvbkbnhzvlbz mycompnetwork
  muslim0626461997 msjetoledb40 motorola1234 misterzaklady misericordia minimaltrust minimalinsta metropoliten
  metropolitan medalofhonor mchedlishvili masterblaster markpnpdevic marik322424644 mariaeduarda marcoantonio
  m1a2r3i4n5a6 ltybc7327857 ltqcndbntkmyj love123456789 loseyourself logpidvalues lkbyysqgfhjkm lfhbyfjcnhjd
  lexx1029384756 lemuel913110 lacedmeone86 kzryzptdf573 kuni42kuni42 kristina1995 kolo__1kolo__1 khuljasimsim
  kbkavgfcabwda katerina1990 karatel54852 jxtymghjcnjq justin123951 jlyjrkfccybrb jesseluotonen javaxishvili
  janetjackson ipwnroben123 internazionale installpersi initializati ilyuminnaciya iloveyoupker iloveyoubabe
  ilovemyschool ilovefootball ifynfkmghbvv44 idedevicep2t idedevicep1t htutcnhfnehf hswfhmcvthnb hogtieddazed
  hjvfyjdhjvfyjd hjccbzxtvgbjy hiltonptfcor hesoyamaezakmi herrderringe hellfire1990 heatoclevaedr36 haveaniceday
  hastings1066 hastalavista hassan030894 harrypotter1 guilherme123 gthtpfuheprf gthtgjldsgjldthn granadaptfcor
  gqlsstfhqgwwvqxjx gordolee85-mac2olli gnbwfcxfcnmz gjkmpjdfntkm1 gjhjkmgjhjkm ghtgjlfdfntkm ghjcrehjyjbl
  ghjcnjrdfityj ghjcnjnfr123 ghjcnjgfhjkm1 gfnhbr787898 gfhjkmghjcnjq gcvgrvuut5v6er gbpltwgfhjkm gbplfnsqgfhjkm1
  freightliner finishthread feathertextu fdnjpfgxfcnb fdfnfhrf6666 fcporto74150 expanasion12 eventlogmess
  euq8pvhrnpssdymizqx+ eropokereropoker ereyes4269-ryan1199 epevfrbyfhenj enterprisese engine1995ass eljdjkmcndbt
  elior20052482 ekaterinburg egew5twt3tgh65y eagle1110-stimpy dynamicupdat dust360271212009 dsgtylhbdfntkm82
  ds6tetsfdsrfdfgd driversignin drerhgeegehr dkfcntkbyrjktw diskst312002 dfktynby1986 dfkmrbhbz1972 dfdddf45fdgh
  deviceinfose dbrnjh572202 dataperfcoun dallascowboy daggermaster crosscountry consumercomm confidential
  cnfybckfd1900 cjkm14881488 cjdthityyjctrhtnyj charliebrown changed_due_to_fraud cfirfrfrfirf cbyuekzhyjcnm
  cbkmvfhbkkbjy caramba100500 can'tremember callrunoncea c3hfpyteuflftim ..byvulwjjrqg brownbrown01 britneyspears
  bostonredsox bootylicious blessings888 blackestnight bilbobaggins baura-megapass basketball11 bartbartbart
  bagautdinova b74cx6qs7328 azsxdcfvgbhnjm auburntigers atsonlinejobs asdfghjkl111 asdasd123123 asd123fgh456
  arhangel9797 angelofdeath andrew1o2p3e4n andreiandrei americanidol al#ks3!ksj0xx aleksandrovich ahernjdsqcfl
  agiljuliandra ageofempires adminscripts adminlol1982 administrati activationre abretesesamo a3531534b413
  a1b2c3d4e5f6 a1234567890a 987654321987654321 987654321123456789 987654321123 89503102616nss 89279981879z
  89278246747a 89277216066n 89056288231w 85fg754kl62br853lpq7 852456753951 80986677668k 771512cherniy 741852741852
  5t6y7u8i9o0p 557788loveaoi 415263748596 380434522575 3175671tdutybq 31504244life 29893536werty 28ros11bri67
  28lytqcgecnz 272270271983 27071996pasha 266534597157 258456789qazzaq5 224909224909 1xpx66blrumblst6bbus3
  1qazse4rfvcxz 1q1a1z2w2s2x 1a2s3d4f5g6h7j8k 198319831983 197819781978 159951357753 159753qwerty 159357258456
  147258369147258369 14051997sergey 14021992004urban 1374653317652 12qwaszx34erdfcv 123war456rus 123qwe321ewq
  123qwe123qwe123 123qaz123qaz 123789987321 12369874123c 123456789zxcvb 123456789yfcnz 123456789vika 123456789roma
  123456789qwertyuiop 123456789max 123456789love 123456789dima 123456789dfgh 123456789den 12345678912345
  12345678910z 12345678910a 1234567890qq 1234567890anton 1234567890123456789 123456787654321 12345654321q
  123045607890 100490100490 0p9o8i7u6y5t 0k1o2v3a4l5e6v7 053aruspra350 04061963maryan 0102030405da 010203010203
  00rdtsau4leyzunckj121dwm 002543200254 zxcvbnm123456 ztn3tourney1 zrhenjqxedfr ziablw4u00bq zghjcnjgfifujleyjd
  zcfvfzcxfcnkbdfz zaqwsxzaqwsx zaq123456789 z22226270525 z0mfgwtfuxlol ytgjdnjhbvfz yjdsqujl2011 yfhenjepevfrb
  yfcnzyfcnzyfcnz yfcntymrf5294 xdkursym89tm x4cc355b10wsy0urm1nd www123456789 wuyoukuaile756 wonderfullife
  wnanstns2108 willian22049 westcoast4646 wellcome1991 welcomtohall warhamet2014 wad559523wad vtyltkttdrfrfhf
  vsebudethorosho vmb2079002347 vladvladvlad vladivostok2000 vladimirovich vjqyjdsqgfhjkm vjltkbhjdfybt viktoria2010
  vikavikavika vfvfghjcnbvtyz vfubcnhfnehf vfifbvtldtlm veronika2010 veronika1998 vbycbytzhfnfv vbrhjdjkyjdrf
  vbhdjdctvvbht valerkolomakin valeravalera valentinchoque vacaegalinha v3xdmta9hcsm v3ss4neeker1 untouchables
  universitario universidade ulrace173rfhgjd uchihamadara turkmenistan turbocharged ttdlnhttdlnh trinitrotoluol
  traveker2011_ tobeornottobe toalet6rensare tnssanuam786 timekillerss threedaysgrace teshka_poltavka syncmaster940n
  syncmaster920n syncmaster913n svetlana1984 svetlana1980 supertoronja4 superman2010 supercutekawaii sumertime117
  suh1584dswk9 subaruforester stukjehout12 stripclublist strawberries straightedge stormbringer stitchpuller
  starwars2000 speechengine spatarikanec spartaque312 sovershenstvo sobrenatural smolinnikita smokingkills
  slava6617644 skorobogatova sinhrofazatron silvidvebuio sharpshooter sharo3taylor shalomshalom shadowmaster
  shabandaryant setupdiinsta setupdigetcl servicedatab serverapplia sergei199428 seniseviyoru sdsfdgnd3jl5lv
  sdjk985dfkjg scsenia911911 sasha1993150205 samsungc3050 samsung12345 sadfsfaasd123 ruslanruslan rumpelstiltzkin
  ruellovedada1 ru4btrpnkokgeq rtyufghjvbnm rompecorazone romashka1970 rollingstone rocksmysocks rockdisplace
  robertrobert rmracinggnicarmr rjycnfynbyjdf rjyabuehfwbz rjvveybrfwbz rjkktrwbjyth rjcvjgjkbnty rhfcyjgthjdf
  rhfcjnektxrf rhenjqgfhjkm rhbvbyfkbcnbrf rhbcnbyf2003 rgihlxoyoclmgiqsu rfktylfhbr123 rfkbyrfvfkbyrf regularexpre
  registerdevi realmadrid10 rdewulzvchjz rainger-493949 rainbowskittles radiotehnika qwertyuiopas qwertyu1234567
  qwertyasd123 qwerfdsazxcv qweasdzxcrfv qweasdzxc123321 qwe1qwe2qwe3 qwe123q1w2e3 qwe123asd456 qwe123456789
  qwaszx123456 questpistols qrafzvwesdxc41 qazwsxedc1975 qazwsxcdevfr q1w2e3r4t5y6u q1q2q3q1q2q3 pyfvtybnjcnm
  purerf545454 prostoyparol privetprivet privatejayla popovich250293sanek poopiebrains poochunk1993 pomapomapoma
  polinapolina poiuytrewq8008 piri1233445585 phzv5rtfpkwc photographer paycom013002 passworddrowssap password2009
  password1981 password@123 paralelepiped p3i2p1p3i2p1 ornitorrinco opusdeijunior onelovekv9293 omegamircolaura
  olek122333400 oksanamalushka odnoklassniki odnoklasniki odinochestvo odessarostov odessamama69 oc80969496479
  nv0905198516 nuncateolvidar nikita9609595982 nhfypbcnjh22 nhfycrhbgwbz nfvbkjxrf1975 newlifebegins netclientfil
  negfzvfkjktnrf ndbyrbndbyrb navuhodonosor natalinatali narutonaruto myliveisjail mychemicalromance myassishappy
  mushroomhead msdasqlreadm motorcontrol moshatinkor1 mortalcombat moneyfornothing mol8leks24kr mogilev368088193
  moedzkhhyfonq modernwarfare2 mnbvcxzasdfghjkl mihamihamiharap mightydragon13 microsoftraw methamphetamine
  metallica123 messygirl-girlmessy meilesjegaxxl maxver199317 mamay19891707 magicolivorno maertracque1 madscientist
  madeinheaven madagaskar94 lxgiwyl130795 luisfernando ltlvjhjp1060 lollerskates lolfriendslaugh lisadumon842
  lightinthebox letadlo741852963 lessthanjake leraleralera leavemealone1 lbvfvzcybrjd lavieestbelle lavidaesbell
  l33tsupah4x0r kzcmrbvfczcmrb ktnjjctym228 kristina1997 kristina1993 konstantinos kolechka090619 kogytmagnym007
  klbik87987974 kirill04101996 kingsofmetal kingdomhearts killingspree kienan22071998 keyfrhfcjnrf kaiserslautern
  juytneibntkm juliette2000 johannesburg joabe_50cent jktrcfylhjdbx jklasdlj2312 jets714417ny jenniferjennifer
  jegerikkedk123 jeffgordon24 jeffersonlibrar jackinthebox j7a5c4k4s5o7n issue43-alaina isakov7roma7 ira123456789
  intelpentium intelceleron installlegac installinter installation initialiazat infinitywing infinityward
  iloveyou2011 iloveyou1994 ilovethisgame ilovemyfriends ilikechicken ieexecremote iaxe105-lanceman iamthewalrus
  iamsuccessful i210c844q523 htrdbtvgjvtxnt htcnhernehbpfwbz hjnjhhjnjh123 higtveteran11 hh775755757g
  hgfedcbaabcdefgh hfpyjcbkf839 hfpubkmlzq80 heckfydrjynfrnt hbptyiyfewth harmankardon happytreefriends hanterstrely
  hannahmontan gunsandroses guimodedebug gtnhjgfdkjdcr gthlbvjyjrkm gthdjvfqcrfz greatbritain grandchildren
  gjlgjkrjdybr gjikbdctyfabu gjcktlybquthjq ghtcnegktybt ghostbusters ghjybryjdtybt ghjuhtccfnjh ghjtrnbhjdfybt
  ghjrkznbt666 ghjotghjcnjuj ghjivfyljdrf ghjcnjrhbdjq ghjcnjqaz123 ghjcnjgbjyth ghjcdtnktybt ghjatnghjatn
  ghbdtnbrdctv ghbdtn123456 ghbdfnbpfwbz gfintnqqq333 gfhjkmgfhjkmgfhjkm gfhjkm123456789 gfhfktktgbgtl
  gfhfkktktgbgtl gergdsfgedhjdrg generalsetti gbpltwgbpltw gbplfnsqgfhjkm galatasaray2 fyutkbyf2007 fylhtq555726
  fyfcnfcbz2006 friendsforever friedchicken frederikshavn fountainhead football**** flatronf720b flatronf700b
  flamethrower fgjrfkbgnbrf fghjrcbvfwbz ffd0fdd6cbf01 fernandotorres fedcbaabcdef fdsg5485lhn5 fdnjvfnbpfwbz
  fantom241093 faizarecords facetoface77 f1x753951753951 eybdthcfkmysq eyaze3mpkzns euteamomuito euteamodemais
  eubkmhf8gzik euamominhavida entershikari englishman36 elvispresley ekmnhfabjktn efwewefwewer edlx9ti3blifme
  eapfeilstick e8ip48iseh81 dumspirospero duinstallupd dtkbrjktgysq dron24122004 dragonmaster dragondragon
  dragonballgt doppelganger dolcegabbana doityourself dodgecummins dna123zebra1 dkflbvbh1988 djpdhfotybt1992
  djdfhekbncgc djccnfyjdktybt dimadimadima dima12345678 dfgys34ds432sd deusdoimpossivel dementor1994 demben424444
  defaultwsdlh ddtlbntgfhjk dctgjkexbncz dbzmicrosoft dbzearthlink dbrnjhbz2010 davidg63_2000 davidarenson
  davegrantbrown dashka25061997 dashakakasha darkside1989 darkmagician danilka123123456 danieldaniel damienlord12
  d6v1n41d6v1n41 czcmrbvfczcmrb cyjdsvujljv10 custommarsha ctrcvfibyf132 cthutqsergey crusadercrusader
  cristianoronald crash3823776 coolerblik56 cookiemonster constellation configwizard commonwealth commoncommon
  cnjghjwtynjd cnhtkmybrjdf christoffer1 chiyeuminhem cheaphornybastar chapmanpk1995 cgjldsgjldthnjv cgfcbujcgjlb
  cfvjythajhtdf cerfytktpmdfrr cerfcerfcerf campbellsport calcavecchia byyf1991vensuper bynthathtywbz buffysummers
  broadway2012 boogienights bnimdasflgbnq blonda229404 blessthefall blacksabbath blackman57512 blackandwhite
  birkjen-jengele bigdaddyal20 bertandernie bendis-chrisbln belochka090619 bellatlantic be92nj74am56in bcnjhbzhjccbb
  battlefield3 bassingwell1 bassingwel99 basketball12 basketball10 barracuda20876 barneyrubble balloonssnoollab
  avengedsevenfold assemblylist assasinecreed ashleywilliams2010 ashewitt2003 asdfqwer1234 asdfghjkl12345
  asdfasdfasdf asdasdasd123 arquitectura apolloapollo antqueen2010 antiapantiap annihilation anjingsemua1
  anhyeuemnhieulam anhchiyeuminhem andy73taylor anderley2011 ameedlove123 allyouneedislove alinkamalinka
  alhamdulillah alexalexalex alex20071995 aleks1236556321 alejandro123 ajw4za9teycv ahfyrbyintqy agresor201124
  afterforever afqhhekbn121 administration adidasonparas123 adidasandnike abrakadabra1 abcdefgh2000 abcdefggfedcba
  abcdefg12345 abcd!efg!123 aawildwoolf1 aaaaavladaaaaa a7575999975a a5963259632a a3531534b415 a1s2d3f4g5h6j7k8l9
  9932525011995 987654321qaz 940091192300 89je4q8j92r0y 89508074830ice 89279881081af 89270869449q 89121344466a
  89116446869tema 89096319050m 876543212000 8363434480sx 80688800742ilona 80506203416w 80505251243qwe 80333121556a
  789963123741 789456qweasd 78945612344752 76maawl7qsrai 76543211234567 764608adelka 7590019552ghja 753951753951
  753951456852 753453753453 751243538629 6bc8a3652000 69savannah69 654321123456 637nq781wp3h 634832klpo50
  6136030moska 565656werasd 543279937954lol 5429818flower 53xp8c7agyxls 535148326159 501877501877 495867qwerty1
  460570885341 456852456852 450512450824 448017251810 3edc4rfv5tgb 341822554792 329usalva007 321ewqdsacxz
  3192heptagon 315102001112 2x4karyzbyee 28elkedelaet 27ab55ce67az 270mixeron0561 2519882dasha 246824682468
  230790dgbple 23021997namher 228papirosim 2010benvanburen 200420052006a 1qwe2asd3zxc 1qaz2wsx3edc4rfv5tgb
  1q2w3e4r1q2w3e4r 1q2a3z4w5s6x 1grizzly2000 1greedisgood 1ass2patties 19912702lolik 198619861986 198419841984
  197419741974 192639413058 1805aspirine 174372362579 159753852456 159357456258 159357050505 1366613gromf
  13243546576879 124578986532 123vfubcnhfkm 123qweasdzxcv 123qweasdzxc123 123qaz456wsx 123geniys321 123abc123abc
  123a456b789c 123654789qaz 12345qazwsxedc 123456ytrewq 12345678abcdef 123456789zxcvbnm 123456789zxcv 123456789tun
  123456789sasha 123456789rfnz 123456789hola 123456789asdf 123456789321 1234567891234 12345678910q 12345678910n
  1234567890asd 1234567890abc 123456789098 123456789012345 1234567890-- 1234554321vfrcbv 123234345456 123123qwerty
  1123581321neko 1122334455qq 110022993388 109876543210 0987654321qw 0987654321qaz 090807060504030201 070289070289
  069118721456 06028006tata 05dagestan05 057yeja1zpc3ljx8ci 031060220793 zxcvzxcvzxcv zxcvbnzxcvbn zxcvbnmasdfghj
  zxcvbnm1234567890 zxcvbnm12345 zxcdsaqwerfv zxcdsaqwe321 zxc123asd456 zx454888ebay znfrfzrfrfztcnm zlodeivot88w3er
  zkenmitxtvns zhjckfdzhjckfd zezimazezima zevfvslehjxrf zczrefrection zcfvsqrhenjq zcfvsqkexibq zcfvfzcfvfzcfvfz
  zavialov1990 zasadazasada zaqwsxcde321 zaq1xsw2cde3vfr4 zaq123edcxsw zaibuneng198710 zadolbali1984 z1z2z3z4z5z6
  z1x2c3v4b5n6m z1979lbyfhbr yura11061996 yui89213641706 ytty5656ty56 ytnevtyzgfhjkz ytkes9959evh yqkki8yutvdg
  youcantseeme youaremylove yjvth3632171 yjplhtvjxrf0102 yjdsqujl2013 yjdsqujl2012 yjdsqujl2010 yjdsqgfhjkm15
  yjdjtgjrjktybt yfujhirtcbltkrjhjkm yfnfifyfnfif yfcntymrf123 yfcntyfckfcntyf ybrjveytdthm ybrjkfqrjdlbvf
  yatsenk01308 yatebyalublu yaroslav2011 yapilolik155 yalublusebya y0s84jkxrztq xyivzlomaesh xxj31zmtzzkva
  xx85.enk7a8m2 xx123cardoso xthyfzgfynthf xthtlybxtyrj xldir6us9wk8 xinmima09362 xeljdfhobr27 www9356527575195
  www89062803177 wukwinwukwin wtb220wtf220 wso9rycamguchqpdwwvbad ws4zvm85vsuq wrestlemania wolverhampton
  wolferman777 wladimir1994 windowsvista william12345 whitestripes welcometohell websolutions69 websolutions007
  wd9dwgka9mkr was_rejected warriorwithin warrior12345 warcraftrenat wangwang2013 walesonskilz waitandbleed
  w7dy287ktshn w248403198828w vtnfvjhajpf1 vtnfvatnfvby vsebudetxorosho vq6m5spb3ukero vovadima2819 vleofdhghxxp
  vladreghbzyjd vladimir2011 vlad123456789 vkontaktedrug vkontaktebuggy vkontakte111 vjqntktajy53 vjqcegthgfhjkm
  vjhjpbcjkywt vivalasvegas violetta1992 vinnythepooh viktoriya1993 viktoria1989 vikachka7777 vika123456789
  vidasaudavel vh5sxz3tewey vfylfhbyrf2002 vfrfhrbybkmz vfrcfyfkjdbx vfrcdexswzaq vfrcbv565656 vfrcbv050489
  vfhcjdyf1994 vfhbzbdfyjdf vfhbyf19981902 vfczyzvfczyz veteran240282 verveloabball vertyporokh123 veronika1986
  venvr8vr883f venfynvenfyn vehfnjdfqaz123496 vecjhjghjdjl vcb2009byday vbtfztz3ehdw vb9djgjdwxdq valeriyalove
  valerakish963210 valentinovna valentina123 valentin1995 vadimka12369 va306566153156 uthvfybzrfekbnw uqbk68jf75pc
  uniprocessor underground3 underground2 undefi_jysir uhlvuhlvlove uhfylvfcnth22 udkzarniamov uchihasasuke
  uaiobg9312gg1 uaeuaem6597676 tzmzikyd8bmc tyljrhbyjkju txmasterpppp twillikiki1122 twilight2010 turboblink182
  tu4stu4kins279 triderredirt tricking123456 trfnthbyf1995 travelinstyle transserfing trainspotter trafficforme
  trafficexchange tracon130591 toyotatacoma toyotacelica toxa3353520216 toomuchsugar tokiohotel123 tmihhp35gjwk
  tlbycndtyyfz timesofindia thundercloud thunderbirds thomasthomas thisismypassword thisinstance thiesing-daniela
  theworldismine theundertaker thessaloniki thejawjaster thedarkness18 thedarkknight thedarkangel thechosenone
  thaiseuteamo testosterone televocomigo teenshardcore technologies tdutybqjytuby tdutybq12345 tbrunson-serihs
  taskforce141 tanya1234567890 takingoverme taichi110183 t6dlniahehjsktr60vp8rb50e2 systemofadow syncmaster710v
  sylviarafael swforever777 svetlanochka svetlana2011 svetlana1993 svetlana1982 svetlana1978 superstar123
  superpassword superman1938 superfamily123 supercharged subaruimpreza structptfcor streetball123 strawberry12
  stranger9000 stonecold316 stlkpsk3uoci steporthood2nd stephanie123 starwars1138 stargateasgard2009 stargate2000
  stanyukovicha staneonerulez ssallonnikki sregnarrangers spsetuploadp sportscenter spongebob12345 splatterhouse
  splashdownfire spinningwheel spidermonkey spectrumonline speakersystem soundblaster sorbonne2011 sophiekitten
  soni43634255 somesword123 somepassword solodoukhin1 sokolovskaya sojesussalva snaelro35620 smudgesmudge
  smokingteens smokeweed420 smashthestate sliueaproulou81 skipmissingf skateboardin skafiskafnja sjswsbqvbxipi
  sjls2zbtmtle simbaa-simbaaa silverdesk84 sil918273645 signature1fa shvagrev1990 shotokan2104 shevchenko1995
  shemhamforash shayshayshay sharpandshiny121 shahi0911ami sh4d0w3dhtml severussnape setupvirtual setupdigetde
  setupchangel setinstalldr serviceproce sermak338024 serialkiller sergeysergey sergeypronin september2010
  sentinel2000 secretpassword se354et6haeth scorpion1984 schnickschnack saxaridze098 savok13081308 santiagokapo27
  sansebastian sanidtrshyrd sandervandoorn samsungs8000 samsungnokia samohodkin521 samerica2005 samayamilaya
  salvadordali saintssaints sagmicrosoft s9744644z4464 s80992813028 s2ed8rpasdvl runesofmagic ronskiebws123
  ronaldo130897 ronaldinho80 romkathepapavk147896325 romasxodizaxlebo romashka2011 romashka2010 romapavlenko20
  romantorenkov rollingthunder rollingstones rogyansamehali roflroflrofl rocawear1993 robertpattinson rktyjdsqkbcn
  rkjybhjdfybt rjyutybfkmyjcnm rjycnfynbyjdyf rjycbcntywbz rjntkmybrjdf rjhjkmrjhjkm rhtcnbycrjuj rhfcyfzifgjxrf
  rhfcjnrf2011 rhfcjnfcgfctnvbh rhbgnjuhfabz rhbcnbyf2009 rhbcnbyf2000 rhbcnbyf1990 rfnzrfnzrfnz rfnzktyflecb
  rfnfchjafptvkb rfkzrfvfkzrf rfkbyfrhfcyfz rfhnjxrf33456 rfgyuji8il0oksdfzx rewqfdsavcxz resurrection84
  residentevil5 residentevil4 rerfhfxfkjcm rereirfrereirf reqghjccsogfcc relationship rekmnehjkjubz regeneration
  refrigerator refridgerator redve3z4and2 realmadrid11 rdsdisplay16 rdfpbvjlf007 rdfkbabrfwbz rbytvfnjuhfa
  rbhbkkrbhbkk rbctktdybrjkfq rbcf20rbcf20 raquel_adolfo randomdude12000 rammstein1995 rambrushadow
  raidersofthelostark ragstoriches radhakrishna radeonradeon159 radenebwnz12 raailgrinder r4e3w2q12000 r1u2s3l4a5n6
  qwpoaslkzxmn qwertyuqwertyu qwertyuiopzxcvbnm qwertyuiopasdfghjklz qwertyuiasdfghjk qwertyonline
  qwertyasdfghzxcvbn qwerty987654321 qwerty150270 qwerty12345678 qweqweqwe123 qweqwe123123 qwepoi123098
  qweasdzxc12345 qwe9876543211234567 qwaszxxzsawq qwaszx987412369 quiveringotter queroveragora quant4302000
  quadrifoglio qriltzm1xq3d qrfst5tjolud qrd2gvmdfltq qq8gws75mgo8 qq11ww22ee33rr44 qplk9637next qo1029384756
  qbrqu7fkhgqv !qazxsw2#edcvfr4 qazxcvbnmko1 qazwsxqaz123 qazwsxedcrfvtgbyhnujm qazwsxedcrfvtgby qazwsxedcrfvt
  qazwsxedcasd qazwsxedc1234 qazwsx741852 qazedctgbujm qaz123wsx456edc qaz123456789 qawsedrftgyhujikol qawsedrf1234
  q89500282294 q80669707167 q7txfofgx0qb q1w2e3a1s2d3 q1w1e1r1t1y1 q1a2z3w1s2x3 puteshestvie purplemonkey
  purpanptfcor ptktyjljkmcr psychosocial psetupinfcac prostokvashino prostigospodi primavera2006casa prikolprikol
  premiere1992 precompilein preciousprotection powerra9gers powerman5000 powerful3701 poshlivsenahuy porschecayenne
  popkorn461016 poonamganesh polischuk4693 polipropilen pogo22-omegaome pleaseletmein playstation1 playboybunny
  plasticfloor pjkjnfzjctym pineapplecou pincopallino pigletpiglet pierrepierre phs16l31pogosta photoshopcs4
  phoenixrain1 philipdannypaul pfvtxfntkmyj peternorth10 peterborough perseverance perezagruzka pennsylvania
  penelopa1234 pedro77772mru ped100ananacnaveka peaceandlove pawsplease11 patricia.miguel passwordptfcor
  passwordcorner password4321 password2099 password2003 password1996 password1992 password=09=09 parasha11uvarova
  paramore1234 parallelepiped parainfluenza paradiserios papinadochka papagepetteo panasonic1981 panasonic123
  pakistan1947 pakistan1234 pagevars.get pabloescobar p140499417feef870 ozzyosbourne ovsyannikova ovchinnikova
  ourladypeace otvertka1337 oriflame2010 orangemonkey orangecoffee ops123456789 opezassociateslb opernkleider
  oochristian2 ..oo3xpzokk6 ololotrololo oleg12345678 odnoklassnik odessamama2010 nuttertools1234 nuttertools123
  ntktajy12415 novograd2011 noviembre201 november1972 nosnikta8991 nosceteipsum nnjceyvsu2y4 njkthfynyjcnm
  njhygtftb567 nitroglicirin nissanskylinegtr nikolozinika nikitosik2011 nika19981303 niezapominajka niemtelletmein
  nickho-covers nhfdfytyfhrjnbr nhbujyjvtnhbz212 nhbfyuekzwbz newblood2000 newandimproved neversmile95
  nevershoutnever neversayneve networksetup nemmondommeg neizvestnost necronomikon nbvfijdckfdf nbafyb30111997
  nazwanowka1234 navykentron1994 navuhodonosor1 natashanatasha nat198777734 nastyanastya123 nastya23101999
  narimanisayev napoleon1812 nacional40677 n8doggmorgan myponycancelled mylenefarmer mycroftholmes my9508669252
  mustanggt500 musicismylif multifunctio mozillafirefox mozilafirefox mountainbike motorolac350 moshatinkor2
  monsterhunter modernwarfare3 miyvarxarani mittsitt2009 mittelscurry mitochondria misvazhen1997 miroshnichenko
  minhafelicidade minhafamilia mindiashvili mimamamemima millyisloppy milko12345677 mikeybihon-post12
  mihaisurleanu2561 mihaisurleanu mihailliahim miguelangelo23 microlab1986 michaeljorda michaeljacksonj
  michaeljackso michaeldelaila metropolita1 mersacenforce merlin216382 merkava-ivanhar1 merchantmerchant
  meparishvili meowmeowmeow memyselfandi mekhinnymoppy mehanizacija mazahaka49285 maxwellhouse matrixmatrix
  matilda123123 matheus12345 masterkey123 masterblaste master2217433 master1master2 maslennikova mashamashamasha
  masa3364-33645962 maryseforever martenson908884 marmelado4ka marlonbrando marlboro2202 marinanastua1313
  marie-madeleine mariaantonia mari01012001 margarita2010 marcio415041 mamailoveyou mama1234567890 mama123456789
  mama12345678 makc000000000 magictune777 mademoiselle macedonia3189 lyublyutebya lvbnhbq12345 luvbekkikkevbul
  ltpbyajhvfwbz ltdcndtyybwf lrodney-rrodney lrh195005041971 lovessuper412 lovepickles23 lovemyfriends lovelove2010
  lovebeloreck louis.vd.bongaert louisdog-hattydog lordgyeah561 lolsmileyface lolo19972804 lollollol123 lol123lol123
  loferuttylort loco68-impossib locdogdontstop lo3fvyyqsl5b lizardstresser limpbizkit99 likanelicane libertadores
  lesbiansrule leopoldxyilo lendlord1993 lena123456789 leja59257301 lehjxrflehjxrf legendkiller legalise2009
  lebronjames23 lbvfcegthcnfh laurelindorenan lasnaloveafrosja kzg5pcxbpxax kvkklas199613 kurosakiichigo
  kumarsouravarzoo kucinggarong ktynfj01011986 ktyf13021998 kturjbghjcnj kruviviju101 kristina2009 kristina1992
  kristina1991 kristina1990 kristina1987 krasotka2010 krasilnikova krasav4ik1995 kostyakostya konstantinovna
  konstantinov kolovrat1488 kmstsg229179 kleptodathief kleopatra777 kjhtdstfuyhil kislotnyi2692 kisa19953011
  kirill123456789 kinokinokino kindergarden killyourself killermonkey kh6s4a2ppim2 kfgjxrfljxrf kfdhtynmtdf112233
  kbytqrfujdyj kbytqrfhekbn kbytqrf251993 kbpfhtvfhxer kaylynnmarie katerina1992 katerina1989 karinakarina
  kalmar801415854 k2xs85pgnffc k1ku1ch1m0j1 jxtymrhfcbdsq jvksc27ylkjt juventus1897 juninho1999@ juanmanuel66
  jrcfyfjrcfyf joshhartnett josebaron123 jonasbrothers jonasbrother jollyyjollyy johnnybegood joffustoffin
  jo12ko051988 jnvjhjpjr123 jlyjrkfccybr jlyjdhtvtyyj jlquatt-j22276 jl15ioomn84z jktxrfjktxrf jetbalance2w
  jesuskristus jesuseuteamo jesuseocaminho jessie-oscar jessicawhite jeremiah1618 jensenackles jenniferrefinnej
  jennajameson jefferson123 jedemdasseine jean-francois jariknatasha jamestkirk7769h jakonda678st jakethesnake
  jahrastafari jackasslolfr21345 jack33_lwr9l iwillpk5ever iwillk03657320258 ivrus19922701 ivan77568369 ivan19514948
  itsupport325 itiswhatitis iseedeadpeople1 isdn128turbo irjkmyfzajhvf irinaivanova iofdmaaycdbvrlbi invinoveritas
  internationale intellectual installwmpla initiative30 informatique indianajones independient independente
  independenci incredibleguest imortal913913 iloveyou1997 ilovenatasha ilovemummy446 iloveladygaga ilovefriends
  iloveemoboys12 ilovebigtits ilov3th3lord illelonorpomy ilikexbox0104 iliketurtles ilikedressingup ikfcfifgjijcct
  ihopaskavesi ihatemyself*** ihatehackers idontloveyou iamthewinner iammillioner iamalocksmith25 hxckugxvtmdsm
  hunterhunter huddersfield hsrjdlvbnhbq hs49zu7wzpk2r5ac hrtheyethsttrh hrenvzlomaes hppsmiro2002 hooligans1488
  hollahossa75 hojeetercafe hockeyplayer hmr0257576021 hl3fp5sjer8wmcyk hjvfhjvfhjvf hjpjdsqckjybr hitsboosterpro
  hfirstptfcor hfcnbirf2008 hesoyamkjkszpj hengsha_2_23 hello_its_me hellobrother hekbnrfrdctulf heccrbqcnbkm
  hddcs91372574 hcrcl8ilqafw hbnfhbnfhbnf haymes12345678 hatelbhatt17 hatch9379992 harleydevidson hardcore2000
  happygilmore hannahmontana hangingplant handofdeath1 hakunamatata1 hakuna19631211 h6u7p3i4o8q3 h4uqthuyfvmu
  guitarplayer guitarmegafake guidinglight gtnhjpfdjlcr123 gthtljpbhjdrf gthtdjgkjotybt gthdjrkfccybr gthcgtrnbdf76
  grizzybusted grfgsfhgdhgfd gregoryhouse greenmonster greedisgood10987 greedisgood1 greedisgood007 grassisgreen
  grasshopper1 gplfm.qdxnzik gpihofkrhfphg goodmoodfood goldman12345x gmmskin35334 gjrfghblehjr gjkysqghbdjl
  gjkbyfgjkbyf gjkbyf123ghjybyf gjhyjckjybr1 giorgigiorgi giannicontessa ghtlghbybvfntkm ghjvbcrebntn ghjuhfvekmrf
  ghjktnfhcrfz ghjcnjckfdrf ghjcnj4197809 ghjcnj15z04jdty88 ghjcnbnenrf1 ghjcgtrnvbhf ghjabkfrnjhbq ghfdjgbcfybt
  ghbhjljdtltybt ghbdtnhjvfirb ghbdtnbrb767 ggathering92 gfifvtldtltdghjcnjkfgjxrf gfifrjcnbiby gfhrehgfhreh
  gfhjkm927256 gfhjkm426800 gfhjkm12345678 gfhfktktgsgtl gfhfktkktgbgtl gfhfktkbgbgtl gfhfkktkjuhfv gfgbhjcbv228
  gfedcbaabcdefg gfdkeitxrf5432 gevgehev1982 georgegeorge gena10051982 gearsofwar2012 gc4k6nuhrdk2 gbhfvblfkjkrf
  garciamartin1995 ganjubas2007 gaiakixzpufi gaga_123_gaga gabrielmota12 fyyffktrcttdyf fyyf20050427 fyutkbyf2005
  fyfcnfcbz555 fyfcnfcbz1993 fwwrjqcjnjyf fw34klm79rte fussballverruckte frodobaggins friendinvite frephiotohaij65
  freetrafficworld freepalestine fredfredfred franknfurter franklinnilknarf frankandsherry fr1812hjccbz flyman832000
  flvbybcnhfnj fltkbyf13122009 flintstone2000 flatronl1718s flagfootball fktrcfylhjdb fktrcfylh1992 fktrcfylh1991
  fktrcfylh1988 firsttimeset firemanhaztm fictionfargi feuerwehr112 fedcbafedcba fd7c6ms9uxhw f*ckintits99
  farida1a-rem710 fargifiction familiasilva fairanger71rus extensa5630g exportnation experimental exgirlfriend
  ew4certhcmhy everybodylies eveningcucumber eugeniy4121999 euamominhafamilia estabilizador esqueciasenha
  escortrsturbo erocdrahhardcore eragon19021985 eodcrackhead entrepreneur enterprise77 enochian1969 enlightened1
  emyeuanhnhieulam emoviolence11 eminem50cent emadamad123456 elianetenero09 elenasmirnova electrohouse egorbest1993
  ebxupogwno7k ebuyycyawyxv easypaygroup e4357ce4357c dzxtckfd1995 dylan610-rem58 dragonballz1 dr29ro571zd7
  dq4ja488cwr6 dorothy24541 doppleganger dontworrybehappy dominik563431995 dolbydigital dog154see586 dodecahedron
  dktcehjlbkfcm dkflzgthdsq1 dkflcjrjkjdcrbq dkflbvbhcrbq djcgjvbyfybt djbarabashka dimka123456789 dima89923011
  dima123123123 digitalplayground digitaldesire digitalcoding dflbvybrjkftdbx dfktekby505152 devilmaycry1991
  deutschland123 detroitlions desertscorpio desbravadore denysddf231321 denverbroncos denisok199199 den147258369
  deluxedeluxe delbocavista dekbniudjzjmu deflep27-starwars defender9337 deatiphiliato27 deadmau5isbest deadcandance
  dc0989dctaras dbrnjhbzdbrnjhbz dbrnjhbz2009 dbrnjhbz1983 dbnzufdhbkjd dbhnefkmyjcnm daytrip-daycamp daytonabeach
  davidgaleana davidbeckham dashatwilight305 dasha1234567890 darksolder94 darinkabibalova danluy2350563 danilamaster
  damonsalvatore daleearnhardt daemonshadow d2m4a1ak47usp czwseilqfoio. cxzdsaewq321 currentversi cup2006-soccer
  ctvtyctvtysx ctirlicctirlic cthuttd123fhntv cthtytdtymrbq cthdthbvfyuj ctdthjljytwr crashoverride covertbeflap
  counterstrike16 coubeahecrubi49 coolercooler coolcanadian2 cookiemonste conversation contraspemspero contemporary
  constantine1 confirmation confidencial compatibilit cometogether comeflywithme comeandgetit collingwood1
  codedomproce cnfybckfdjdyf cnfybckfdjdbx cnfybckfd123 cminging2009 clubpenguin1 closethedoor clkursitesux
  cjkywtcdtnbn cjkytxysqpfqxbr cjcbreqcerf18 civilservices civilservice circumstances cinqfontaines christopher3
  chouraethiaci10 chocolate123 chicagobears chfymujcgjlyz chetteunmarce chelseaforever chaoscontrol championship
  cgfcbujcgflb cfvfpyftimrfrjq cexrfrhfityfz cegthxtgeibkj cegthrjn2010 cbybqgjgeufq casual693269 cartoonnetwork
  carlo2583099 carlinhos123 cardifflad1917 cannotremember california123 caledula2003 c0904fd726fc565
  `
    .trim()
    .split(/\s+/),
);
