/** A name that no key has yet, made from its provider's: `openai`, `openai-2`, ... */
export function suggestKeyName(providerId: string, keys: readonly { readonly name: string }[]): string {
  const taken = new Set(keys.map((key) => key.name));
  let name = providerId;
  for (let number = 2; taken.has(name); number += 1) name = `${providerId}-${number}`;
  return name;
}
