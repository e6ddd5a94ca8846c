import type { Core } from '../core/open-core.ts';

/** The provider's id, or with a number if that is taken. */
export function freeName(core: Core, provider: string): string {
  const taken = new Set(core.pool.all().map((key) => key.record.name));
  let name = provider;
  for (let number = 2; taken.has(name); number++) name = `${provider}-${number}`;
  return name;
}
