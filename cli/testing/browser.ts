// A real Chromium for tests, with pages that record every problem. The packages `playwright-core` and, on Linux,
// `@sparticuz/chromium` are loaded only when a browser is opened.
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
  /** Error statuses that the test provokes; any other status from 400 is recorded as a problem. */
  readonly expected?: readonly number[];
}

/** A separate browser profile, with one page. */
export interface Visitor {
  readonly page: Page;
  /** Console errors, content security policy violations and failed requests, as text. Empty if the page has no problems. */
  readonly problems: readonly string[];
  /** Opens a path of the application, waits until it has loaded, and returns its status. */
  open(path: string): Promise<number>;
  /** Signs in through the sign-in form with the password `PASSWORD`. */
  signIn(email: string): Promise<void>;
}

/** A browser; see `openBrowser`. */
export interface TestBrowser {
  readonly version: string;
  visit(app: TestApp, options?: VisitOptions): Promise<Visitor>;
  close(): Promise<void>;
}

/**
 * Starts a browser. Close it after the tests: an open browser keeps the process running. If no browser can be started, it throws
 * rather than skipping tests.
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
    // Animations are disabled, so that tests do not see a page in the middle of a transition.
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
  };
  const context = await browser.newContext(settings);
  context.setDefaultTimeout(20_000); // for slow machines
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
      // The page can have other forms: for passkeys, and those of plugins.
      const submit = page.locator('main form:has([name=password]) button');
      const [response] = await Promise.all([page.waitForNavigation(), submit.click()]);
      if (response?.status() !== 200)
        throw new Error(`signing in as ${email} failed with status ${response?.status()}`);
    },
  };
}

function listen(page: Page, expected: readonly number[], problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = message.text();
    // The browser reports every response from 400 as “failed to load”; the `response` handler below knows which were expected.
    if (!text.startsWith('Failed to load resource')) problems.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => problems.push(`script: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A combobox cancels its request when the user continues typing.
    if (why !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    const status = response.status();
    if (status >= 400 && !expected.includes(status)) problems.push(`response ${status}: ${response.url()}`);
  });
}

/** Tries the candidates in order; if none starts, the error lists all of them. */
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
  throw browserMissing({ reason: 'Chrome or Chromium could not be started:', details: problems });
}

/** Loads it from the project whose tests are running: a linked package cannot resolve the project's packages. */
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

/** `CHROME_PATH` if set; otherwise the browser that `npm ci` installed on Linux, then those installed on this machine. */
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

/** The usual locations of Chrome and Chromium. */
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
 * Unpacks the package's browser once. The package unpacks into the system's temporary folder and assumes that existing files are
 * complete, so two test files starting at the same time could run an incomplete browser. It is therefore unpacked into a separate
 * folder, which is then renamed.
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

/** The package's folder, found without package.json, which its `exports` hide. */
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
    if (!existsSync(home)) throw error; // otherwise another process has created it
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(draft, { recursive: true, force: true });
  }
}

/** The fonts of the package, and the machine's own for missing characters. */
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
