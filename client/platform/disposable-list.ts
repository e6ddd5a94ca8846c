import type { Disposable } from 'vscode';

/** Owns disposables. What is added after it was disposed is disposed at once, so nothing slips through. */
export class DisposableList implements Disposable {
  #items: Disposable[] | null = [];

  /** Takes ownership and returns the same object. */
  add<T extends Disposable>(item: T): T {
    if (this.#items === null) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** Disposes in reverse order of adding. */
  dispose(): void {
    const items = this.#items ?? [];
    this.#items = null;
    for (const item of items.reverse()) item.dispose();
  }
}
