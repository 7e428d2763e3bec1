import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Teardown } from './vault.js';

const WAIT_MS = 10_000;

/** A telephone of 390 px, as a context option. */
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

/** A page with a memory of its own (no cookie, no storage of another), and what it did. */
export interface Tab {
  page: Page;
  /** The address of every request so far, whichever part of the page made it. */
  requests: string[];
  /** Errors on the console (violations of the content security policy among them), uncaught ones, and dialogs. */
  complaints: string[];
}

/**
 * Debian's Chromium, or the one of CHROMIUM_PATH, headless, with a fresh profile, able to reach 127.0.0.1 and nothing
 * else; whoever starts it closes it. Answers a sentence instead where there is none, and throws it when CI is set.
 */
export async function startBrowser(): Promise<Browser | string> {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (existsSync(executablePath)) {
    return await chromium.launch({
      executablePath,
      // Chromium's sandbox refuses to be started by root.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--disable-quic', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
  }
  const reason = `no Chromium at ${executablePath}; install Debian's package chromium or set CHROMIUM_PATH`;
  if (process.env.CI) throw new Error(reason);
  return reason;
}

/** Opens an empty tab, closed at the end of the test. Nothing in it is waited for longer than ten seconds. */
export async function openTab(t: Teardown, browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', request => void requests.push(request.url()));
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', error => void complaints.push(String(error)));
  page.on('dialog', dialog => {
    complaints.push(`${dialog.type()}: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, requests, complaints };
}

/** The origins that were asked for anything; what an address holds itself (`data:`) is asked of nobody. */
export function originsOf({ requests }: Tab): string[] {
  const asked = requests.filter(url => !url.startsWith('data:'));
  return [...new Set(asked.map(url => new URL(url).origin))].sort();
}

/** How many CSS pixels wide the page is laid out: more than the window's width means scrolling to the side. */
export async function widthOf(page: Page): Promise<number> {
  return await page.evaluate('document.scrollingElement.scrollWidth');
}

/** Everything that the browser keeps for this page or shows of it in an address, as one text. */
export async function keptBy(page: Page): Promise<string> {
  const { cookies, origins } = await page.context().storageState({ indexedDB: true });
  const session = await page.evaluate('({ ...sessionStorage })');
  return JSON.stringify({ cookies, origins, session, address: page.url() });
}
