import type { ModelNameInput, ModelNameRecord } from '../../../shared/model/model-names.ts';
import type { ModelNameView } from '../../../shared/model/views.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { ModelNames } from '../model-names/model-names.ts';
import type { Clock } from '../ports/clock.ts';
import type { Registry } from '../ports/store.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** What a name may look like: nothing that a shell, a URL or a pattern takes for something else. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}$/;

export interface ModelNameParts {
  readonly names: ModelNames;
  readonly pool: KeyPool;
  readonly store: Registry;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly changes: ChangeHub;
}

/** The names that people give to models. */
export class ModelNameAdmin {
  readonly #parts: ModelNameParts;
  readonly #turns = new OneAtATime();

  constructor(parts: ModelNameParts) {
    this.#parts = parts;
  }

  /** People's own and the built-in ones that they did not replace. */
  list(): readonly ModelNameView[] {
    return this.#parts.names.all().map((name) => this.view(name));
  }

  /** Throws `RouterError('not_found')`. */
  view(name: string): ModelNameView {
    const { names, pool } = this.#parts;
    const group = names.group(name);
    if (!group) throw unknown(name);
    const { targets, choose, objective, builtIn } = group;
    const models = names.resolve(name).stages.flatMap((stage) => stage.targets);
    const served = models.filter(
      ({ model, pinnedProvider }) => pool.offering(model, pinnedProvider).length > 0,
    );
    return { name, targets, choose, objective, builtIn, served: served.map(({ model }) => model) };
  }

  /** Adds a name or replaces it. Throws `RouterError('invalid_request')`, e.g. for one that leads back to itself. */
  put(name: string, input: ModelNameInput, actor: string): Promise<ModelNameView> {
    return this.#turns.run(async () => {
      const { names, store, clock, changes, audit } = this.#parts;
      if (!NAME.test(name)) {
        throw new RouterError(
          'invalid_request',
          'A name of models has up to 128 letters, digits and any of . _ : @ / + -, a letter or digit first.',
        );
      }
      const before = names.own(name);
      const record: ModelNameRecord = {
        name,
        targets: input.targets,
        choose: input.choose ?? 'in_order',
        objective: input.objective ?? null,
        createdAt: before?.createdAt ?? clock.now(),
      };
      const fault = names.faultWith(record);
      if (fault !== null) throw new RouterError('invalid_request', fault);
      await store.saveModelName(record);
      names.set(record);
      await audit.record({
        actor,
        action: 'model_name.put',
        target: name,
        before: before ?? null,
        after: record,
      });
      changes.emit('state');
      return this.view(name);
    });
  }

  /** A built-in name that was replaced is itself again. Throws `RouterError('not_found')`. */
  remove(name: string, actor: string): Promise<void> {
    return this.#turns.run(async () => {
      const { names, store, changes, audit } = this.#parts;
      const before = names.own(name);
      if (!before) throw names.group(name) ? builtIn(name) : unknown(name);
      await store.deleteModelName(name);
      names.remove(name);
      await audit.record({ actor, action: 'model_name.remove', target: name, before, after: null });
      changes.emit('state');
    });
  }
}

function unknown(name: string): RouterError {
  return new RouterError('not_found', `There is no name of models "${name.slice(0, 128)}".`);
}

function builtIn(name: string): RouterError {
  return new RouterError(
    'conflict',
    `"${name}" is built in. Give it targets of your own instead, or leave it out of what a virtual key allows.`,
  );
}
