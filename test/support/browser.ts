import { openBrowser as open, type TestBrowser } from '../../cli/testing/browser.ts';
import { cleanUp } from '../../cli/testing/clean-up.ts';
import { afterAllFiles } from './suite.ts';

export type { TestBrowser, VisitOptions, Visitor } from '../../cli/testing/browser.ts';

let browser: Promise<TestBrowser> | undefined;

/** The browser of this process, closed when it ends. Every visit has its own profile. */
export function openBrowser(): Promise<TestBrowser> {
  browser ??= open();
  return browser;
}

afterAllFiles(cleanUp);
