import { usdFromNano } from '../../shared/model/money.ts';
import type { Core } from '../core/open-core.ts';
import { servedModelView } from '../core/admin/served-model-view.ts';
import type { GroupOptions, ModelNameDetails, ServedModel } from './api.ts';

/** Who changed what, in the audit log. */
export const ACTOR = 'library';

/** The models that a program can ask for, and the names that it gives to them. */
export class RouterModels {
  readonly #core: Promise<Core>;

  constructor(core: Promise<Core>) {
    this.#core = core;
  }

  /** The models that usable keys list, and the names that stand for models, with context and price. */
  async list(): Promise<readonly ServedModel[]> {
    const { models } = (await this.#core).admin;
    return models.list().map((entry) => {
      const { price, ...rest } = servedModelView(entry);
      return {
        ...rest,
        // Nano-dollars a thousand tokens are thousandths of dollars a million.
        price: price && {
          input: usdFromNano(price.inputNano * 1000),
          output: usdFromNano(price.outputNano * 1000),
        },
      };
    });
  }

  /** Names that stand for models: those that were given, and the built-in ones (`auto`, `cheap`, `fast`). */
  async names(): Promise<readonly ModelNameDetails[]> {
    return (await this.#core).admin.modelNames.list();
  }

  /** Lets a name stand for a model, `provider/model`, or another name. Throws `RouterError` if that leads back to it. */
  async alias(name: string, target: string): Promise<ModelNameDetails> {
    return this.group(name, [target]);
  }

  /** Lets a name stand for several models. Throws `RouterError` if one of them leads back to it. */
  async group(
    name: string,
    targets: readonly string[],
    { choose, objective }: GroupOptions = {},
  ): Promise<ModelNameDetails> {
    const { modelNames } = (await this.#core).admin;
    const aim = typeof objective === 'string' ? { primary: objective } : objective;
    const input = { targets, ...(choose && { choose }), ...(aim && { objective: aim }) };
    return modelNames.put(name, input, ACTOR);
  }

  /** A built-in name that was replaced is itself again. Throws `RouterError('not_found')`. */
  async remove(name: string): Promise<void> {
    await (await this.#core).admin.modelNames.remove(name, ACTOR);
  }
}
