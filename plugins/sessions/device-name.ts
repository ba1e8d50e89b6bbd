import type { Translate } from '../../core/messages/catalogue.ts';

type Names = readonly (readonly [pattern: RegExp, name: string])[];

/** The order matters: most User-Agents also contain the names of browsers listed further down. */
const BROWSERS: Names = [
  [/\bHeadlessChrome\//, 'Headless Chrome'],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOPT\/|\bOPiOS\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bUCBrowser\/|\bUBrowser\//, 'UC Browser'],
  [/\bMiuiBrowser\//, 'Mi Browser'],
  [/\bHuaweiBrowser\//, 'Huawei Browser'],
  [/\bM?QQBrowser\//, 'QQ Browser'],
  [/\bDuckDuckGo\/|\bDdg\//, 'DuckDuckGo'],
  [/\bBrave\//, 'Brave'],
  [/\bSilk\//, 'Silk'],
  [/\bWhale\//, 'Whale'],
  [/\bElectron\//, 'Electron'],
  [/\bSeaMonkey\//, 'SeaMonkey'],
  [/\bFocus\/|\bKlar\//, 'Firefox Focus'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/; wv\).*\bChrome\//, 'Android WebView'],
  [/\bCriOS\/|\bChrome\//, 'Chrome'],
  [/\bChromium\//, 'Chromium'],
  [/\bEpiphany\//, 'GNOME Web'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
  [/\bMSIE\b|\bTrident\//, 'Internet Explorer'],
  [/^curl\//, 'curl'],
  [/^Wget\//, 'Wget'],
  [/^PostmanRuntime\//, 'Postman'],
  [/^python-requests\//, 'Python Requests'],
  [/^(?:node|undici)\b/, 'Node.js'],
];
/** iPads that request desktop sites cannot be distinguished from Macs, and neither can versions of Windows or Android. */
const SYSTEMS: Names = [
  [/\biPhone\b|\biPod\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bHarmonyOS\b|\bOpenHarmony\b/, 'HarmonyOS'],
  [/\bWindows Phone\b/, 'Windows Phone'],
  [/\bTizen\b/, 'Tizen'],
  [/\bWeb0S\b|\bwebOS\b/, 'webOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b|\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bUbuntu\b/, 'Ubuntu'],
  [/\bFreeBSD\b/, 'FreeBSD'],
  [/\bOpenBSD\b/, 'OpenBSD'],
  [/\bLinux\b/, 'Linux'],
];

/**
 * Browser and operating system according to the User-Agent. It helps users recognise their own devices and must not be used for
 * decisions, because it can be forged. Browsers that deliberately look like another one have its name.
 *
 * @example
 * deviceName(ctx.get('user-agent')) // { browser: 'Firefox', system: 'Linux' }
 */
export function deviceName(userAgent: string | null): { readonly browser?: string; readonly system?: string } {
  const nameIn = (names: Names) => names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const browser = nameIn(BROWSERS);
  const system = nameIn(SYSTEMS);
  return { ...(browser !== undefined && { browser }), ...(system !== undefined && { system }) };
}

/** The device as users see it: `Firefox on Linux`. */
export function deviceLabel(t: Translate, userAgent: string | null): string {
  const { browser, system } = deviceName(userAgent);
  if (browser !== undefined && system !== undefined) return t('sessions.own.device', { browser, system });
  return browser ?? system ?? t('sessions.own.unknownDevice');
}
