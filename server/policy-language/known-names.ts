/** What there is, as far as a file's names are looked up in it; `null`: not known here, so that nothing is said. */
export interface KnownNames {
  /** Names and ids of keys. */
  readonly keys: readonly string[];
  readonly providers: readonly string[];
  /** Models that keys serve, and names of models. */
  readonly models: readonly string[];
  /** Names and ids of virtual keys. */
  readonly virtualKeys: readonly string[];
}
