import path from 'node:path';

/** The extension's folder: the root of the repository. */
export const EXTENSION_FOLDER = path.resolve(import.meta.dirname, '../..');

/** Everything downloaded for these tests and everything they leave to look at; git ignores it. */
export const CACHE_FOLDER = path.join(EXTENSION_FOLDER, '.vscode-test');

/** Where `window.ts` puts its pictures. */
export const SCREENSHOT_FOLDER = path.join(CACHE_FOLDER, 'screenshots');
