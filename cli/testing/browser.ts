// A real Chromium for tests, with pages that record every problem. Two packages are loaded only when a browser is opened:
// `playwright-core`, and on Linux `@sparticuz/chromium`.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { browserMissing } from '../errors.ts';
import { atEnd } from './clean-up.ts';
import { PASSWORD, type TestApp } from './test-app.ts';

/** The browser profile of a visitor. */
export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** A small touch screen: 360 × 780. */
  readonly phone?: boolean;
  /** @defaultValue true */
  readonly scripts?: boolean;
  /** Statuses of failures that the test provokes; any other from 400 on is recorded as a problem. */
  readonly expected?: readonly number[];
}

/** A separate browser profile, with one page. */
export interface Visitor {
  readonly page: Page;
  /** Errors on the console, violations of the content security policy and failed requests, as text. Empty for a page without problems. */
  readonly problems: readonly string[];
  /** Opens a path of the application, waits until it has loaded, and returns its status. */
  open(path: string): Promise<number>;
  /** Signs in with the sign-in form; the password is `PASSWORD`. */
  signIn(email: string): Promise<void>;
}

/** A browser; see `openBrowser`. */
export interface TestBrowser {
  readonly version: string;
  visit(app: TestApp, options?: VisitOptions): Promise<Visitor>;
  close(): Promise<void>;
}

/**
 * Starts a browser. Close it after the tests: an open browser keeps the process running. It never skips.
 *
 * @throws RustioError `RIO-TESTING-BROWSER` when `playwright-core` is not installed or no Chromium starts.
 *
 * @example
 * const browser = await openBrowser();
 * after(() => browser.close());
 * const { page, open, signIn, problems } = await browser.visit(app);
 * await signIn(await app.account('administrator'));
 * await open('/admin/orders');
 * assert.deepEqual(problems, []);
 */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await launchAny();
  atEnd(() => browser.close());
  return {
    version: browser.version(),
    visit: (app, options) => visit(browser, app, options),
    close: () => browser.close(),
  };
}

async function visit(browser: Browser, app: TestApp, options: VisitOptions = {}): Promise<Visitor> {
  const { phone = false, dark = false, scripts = true, expected = [] } = options;
  const { width = phone ? 360 : 1280, height = phone ? 780 : 900 } = options;
  const settings: BrowserContextOptions = {
    baseURL: app.url,
    viewport: { width, height },
    ...(phone && { isMobile: true, hasTouch: true }),
    colorScheme: dark ? 'dark' : 'light',
    // Animations are off: a test must not see a page in the middle of a fade.
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
  };
  const context = await browser.newContext(settings);
  context.setDefaultTimeout(20_000); // for machines under load
  const page = await context.newPage();
  const problems: string[] = [];
  listen(page, expected, problems);
  const open = async (address: string): Promise<number> => (await page.goto(address))?.status() ?? 0;
  const signInPath = app.app.urls.to('/login');
  return {
    page,
    problems,
    open,
    async signIn(email) {
      await open(signInPath);
      await page.locator('[name=email]').fill(email);
      await page.locator('[name=password]').fill(PASSWORD);
      const [response] = await Promise.all([page.waitForNavigation(), page.locator('main form button').click()]);
      if (response?.status() !== 200)
        throw new Error(`signing in as ${email} failed with status ${response?.status()}`);
    },
  };
}

function listen(page: Page, expected: readonly number[], problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = message.text();
    // The browser reports every response from 400 on as "failed to load"; `response` below knows which were expected.
    if (!text.startsWith('Failed to load resource')) problems.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => problems.push(`script: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A combobox cancels its request when the user continues to type.
    if (why !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    const status = response.status();
    if (status >= 400 && !expected.includes(status)) problems.push(`response ${status}: ${response.url()}`);
  });
}

/** Tries one after the other; if none starts, the error names all of them. */
async function launchAny(): Promise<Browser> {
  const { chromium } = loadPlaywright();
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
  throw browserMissing({ reason: 'No Chrome or Chromium starts here:', details: problems });
}

/** From the project whose tests run; a package that is linked into it does not see its packages. */
function loadPlaywright(): typeof import('playwright-core') {
  for (const base of resolveFrom()) {
    try {
      return createRequire(base)('playwright-core');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    }
  }
  throw browserMissing({ reason: 'The package playwright-core is not installed.' });
}

function resolveFrom(): readonly string[] {
  return [path.join(process.cwd(), 'package.json'), import.meta.filename];
}

interface Candidate {
  readonly name: string;
  find(): Promise<{ executablePath: string; env?: Record<string, string> }>;
}

/** `CHROME_PATH` if it is set; otherwise the one that `npm ci` installed on Linux, then those installed on this machine. */
function candidates(): readonly Candidate[] {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH !== undefined && CHROME_PATH !== '')
    return [{ name: 'CHROME_PATH', find: async () => ({ executablePath: CHROME_PATH }) }];
  const installed = installedBrowsers().filter((file) => existsSync(file));
  return [
    ...(process.platform === 'linux' ? [{ name: '@sparticuz/chromium', find: unpackedChromium }] : []),
    ...installed.map((file) => ({ name: file, find: async () => ({ executablePath: file }) })),
  ];
}

/** Where Chrome and Chromium are usually installed. */
function installedBrowsers(): readonly string[] {
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
 * The browser of the package, unpacked once. The package unpacks into the system's temporary folder and assumes that existing files
 * are complete, so two test files that start together could run half a browser. So it is unpacked into a folder of its own, which
 * is then renamed.
 */
async function unpackedChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const root = chromiumPackage();
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : '';
  const home = path.join(root, '../..', '.cache/chromium', version);
  if (!existsSync(home)) await unpackInto(home, root);
  return { executablePath: path.join(home, 'chromium'), env: { FONTCONFIG_FILE: path.join(home, 'fonts.conf') } };
}

const CHROMIUM = '@sparticuz/chromium';

/** Its folder: `exports` of the package hide its package.json. */
function chromiumPackage(): string {
  for (const base of resolveFrom()) {
    for (let folder = path.dirname(base); ; folder = path.dirname(folder)) {
      const candidate = path.join(folder, 'node_modules', CHROMIUM);
      if (existsSync(path.join(candidate, 'package.json'))) return candidate;
      if (folder === path.dirname(folder)) break;
    }
  }
  throw new Error('The package is not installed.');
}

async function unpackInto(home: string, root: string): Promise<void> {
  await mkdir(path.dirname(home), { recursive: true });
  const draft = await mkdtemp(`${home}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = draft;
  try {
    const packed: typeof import('@sparticuz/chromium').default = (
      await import(pathToFileURL(path.join(root, 'build/index.js')).href)
    ).default;
    await packed.executablePath();
    await writeFile(path.join(draft, 'fonts.conf'), fontsConf(home));
    await rename(draft, home);
  } catch (error) {
    if (!existsSync(home)) throw error; // otherwise another process was faster
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(draft, { recursive: true, force: true });
  }
}

/** The fonts of the package, and those of this machine for characters that they lack. */
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
