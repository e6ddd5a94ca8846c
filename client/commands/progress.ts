import { ProgressLocation } from 'vscode';

/** A thin bar over the Keys view, for short work on what is shown there. */
export const KEYS_PROGRESS = { location: { viewId: 'apikeyrouter.keys' } } as const;

/** A notification, for work that a person waits for and may cancel. */
export const WAITING_PROGRESS = { location: ProgressLocation.Notification, cancellable: true } as const;
