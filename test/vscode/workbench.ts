import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { SCREENSHOT_FOLDER } from './paths.ts';

const NO_BREAK_SPACE = /\u00a0/g;

/** A live VS Code window, driven the way a person would. */
export class Workbench {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens a window and waits until it can be used. */
  static async open(browser: Browser, url: string): Promise<Workbench> {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 760 },
      deviceScaleFactor: 2,
    });
    await page.goto(url);
    await page.locator('.activitybar').waitFor({ timeout: 60_000 });
    await page.locator('[id="status.problems"]').waitFor({ timeout: 60_000 });
    return new Workbench(page);
  }

  /** Shows a view container by its name in the activity bar. */
  async openView(name: string): Promise<void> {
    await this.page.locator(`.activitybar .action-label[aria-label="${name}"]`).first().click();
  }

  /** Whether the window shows a dark theme or a light one. */
  async theme(): Promise<'dark' | 'light'> {
    return (await this.page.locator('.monaco-workbench.vs-dark').count()) > 0 ? 'dark' : 'light';
  }

  get sidebar(): Locator {
    return this.page.locator('.sidebar');
  }

  /** A line of a tree in the side bar, by its label: its accessible name goes on after a comma. */
  treeItem(label: string): Locator {
    return this.sidebar.getByRole('treeitem', { name: new RegExp(`^${label}(,|$)`) });
  }

  /** The open quick pick or input box. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** Runs a command by its title through the command palette. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.locator('input').first().fill(`>${title}`);
    await this.pick(title);
  }

  /** Accepts the line of the open quick pick that contains a text. */
  async pick(text: string): Promise<void> {
    await this.quickInput.locator('.monaco-list-row', { hasText: text }).first().waitFor();
    // The list settles a moment after its first lines are there.
    await this.page.waitForTimeout(250);
    await this.quickInput.locator('.monaco-list-row', { hasText: text }).first().click();
  }

  /** Waits for the input box with a prompt, fills it in and accepts it. */
  async answer(prompt: string, text: string): Promise<void> {
    await this.waitForPrompt(prompt);
    await this.quickInput.locator('input').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  async waitForPrompt(prompt: string): Promise<void> {
    await this.quickInput.getByText(prompt).first().waitFor();
  }

  /** The text of the status bar item of the extension. */
  get statusItem(): Locator {
    return this.page.locator('[id="apikeyrouter.apikeyrouter.status"]');
  }

  /** Hovers until a tooltip is there and has been laid out. */
  async hover(target: Locator): Promise<void> {
    await target.hover();
    await this.page.locator('.monaco-hover:not(.hidden)').first().waitFor();
  }

  async unhover(): Promise<void> {
    await this.page.mouse.move(800, 300, { steps: 10 });
    await this.page.locator('.monaco-hover:not(.hidden)').first().waitFor({ state: 'hidden' });
  }

  /** The visible text of an element, with ordinary spaces. */
  async textOf(element: Locator): Promise<string> {
    return ((await element.textContent()) ?? '').replaceAll(NO_BREAK_SPACE, ' ');
  }

  /** Saves a picture of the window for a person to look at. */
  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOT_FOLDER, { recursive: true });
    // Widgets fade in.
    await this.page.waitForTimeout(350);
    const file = path.join(SCREENSHOT_FOLDER, `${name}.png`);
    await this.page.screenshot({ path: file });
    console.log(`  ${path.relative(process.cwd(), file)}`);
  }
}
