import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { CACHE_FOLDER } from './paths.ts';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A headless Chromium: the machine's own where there is one, else the one that an npm package carries. */
export async function launchChromium(): Promise<Browser> {
  const system = SYSTEM_BROWSERS.find((file) => existsSync(file));
  return chromium.launch({
    executablePath: system ?? (await packagedChromium()),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/**
 * Unpacks `@sparticuz/chromium` once. The package unpacks into the folder for temporary files and takes any file
 * of the right name there for complete, so it gets a folder of its own and a marker that is written last.
 */
async function packagedChromium(): Promise<string> {
  const { default: packaged } = await import('@sparticuz/chromium');
  const folder = path.join(CACHE_FOLDER, 'chromium');
  const marker = path.join(folder, 'complete');
  if (!existsSync(marker)) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const file = await packaged.executablePath();
    await writeFile(marker, '');
    return file;
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
