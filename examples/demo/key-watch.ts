import type { KeyState } from '../../shared/model/states.ts';
import type { KeyView } from '../../shared/model/views.ts';
import type { Daemon } from '../support/daemon.ts';
import { columns, left, paint, type Style } from './screen.ts';

const STYLES: Readonly<Record<KeyState, Style>> = {
  available: 'green',
  recovering: 'cyan',
  throttled: 'yellow',
  exhausted: 'red',
  disabled: 'dim',
  invalid: 'red',
};

export function stateText(state: KeyState): string {
  return paint(STYLES[state], state);
}

/** Sees the states of keys change, by asking the daemon again and again. */
export class KeyWatch {
  readonly #daemon: Daemon;
  #keys: readonly KeyView[] = [];

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  nameOf = (id: string): string => this.#keys.find((key) => key.id === id)?.name ?? id;

  /** A line for every key whose state is not what it was at the last call. */
  async changes(): Promise<readonly string[]> {
    const before = new Map(this.#keys.map((key) => [key.id, key.state]));
    const { keys } = await this.#daemon.api<{ keys: readonly KeyView[] }>('GET', 'keys');
    this.#keys = keys;
    return keys.flatMap((key) => {
      const from = before.get(key.id);
      return from === undefined || from === key.state ? [] : [changeLine(key, from)];
    });
  }
}

function changeLine(key: KeyView, from: KeyState): string {
  const line = `    ${paint(STYLES[key.state], '●')} ${left(key.name, 9)} ${from} → ${stateText(key.state)}`;
  const about = detail(key);
  return about === '' ? line : `${line} ${paint('dim', `(${about})`)}`;
}

function detail(key: KeyView): string {
  switch (key.state) {
    case 'throttled': {
      const families = [...new Set(key.cells.map((cell) => cell.family))].join(', ');
      const seconds = key.until === null ? '' : `${Math.ceil((key.until - Date.now()) / 1000)} s, `;
      return `${seconds}${families} only`;
    }
    case 'recovering':
      return 'the next request tries it';
    case 'invalid': {
      const said = key.invalidReason ?? '';
      const room = columns() - 46;
      return said.length > room ? `${said.slice(0, Math.max(room, 30)).trimEnd()}...` : said;
    }
    case 'available':
      return 'back in use';
    case 'exhausted':
    case 'disabled':
      return '';
  }
}
