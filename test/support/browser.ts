import { openBrowser as open, type TestBrowser, type VisitOptions, type Visitor } from '../../cli/testing/browser.ts';
import { cleanUp } from '../../cli/testing/clean-up.ts';
import type { TestApp } from './app.ts';
import { afterAllFiles } from './suite.ts';

export type { TestBrowser, VisitOptions, Visitor } from '../../cli/testing/browser.ts';

let browser: Promise<TestBrowser> | undefined;

/** The browser of this process, closed at its end. Every visit has its own profile. */
export function openBrowser(): Promise<TestBrowser> {
  browser ??= open();
  return browser;
}

/** A visit by a signed-in user. */
export async function visitAs(app: TestApp, email: string, options: VisitOptions = {}): Promise<Visitor> {
  const visitor = await (await openBrowser()).visit(app, options);
  await visitor.signIn(email);
  return visitor;
}

afterAllFiles(cleanUp);
