/** What there is, as far as a file's names are looked up in it. */
export interface KnownNames {
  /** Names and ids of keys. */
  readonly keys: readonly string[];
  readonly providers: readonly string[];
  /** Models that keys serve, and names of models. */
  readonly models: readonly string[];
  /** Names and ids of virtual keys. */
  readonly virtualKeys: readonly string[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The same of what there is, as whoever knows it has it. */
export function knownNames(there: {
  readonly keys: readonly Named[];
  readonly providers: readonly { readonly id: string }[];
  readonly models: readonly { readonly id: string }[];
  readonly virtualKeys: readonly (Named & { readonly revokedAt: number | null })[];
}): KnownNames {
  const ids = (entries: readonly { readonly id: string }[]): readonly string[] => entries.map(({ id }) => id);
  const both = (entries: readonly Named[]): readonly string[] =>
    entries.flatMap(({ id, name }) => [name, id]);
  return {
    keys: both(there.keys),
    providers: ids(there.providers),
    models: ids(there.models),
    virtualKeys: both(there.virtualKeys.filter(({ revokedAt }) => revokedAt === null)),
  };
}
