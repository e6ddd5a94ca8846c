import { NO_USAGE } from '../../../shared/model/usage.ts';
import type { ServedModelView } from '../../../shared/model/views.ts';
import type { CatalogueEntry } from './model-catalogue.ts';

/** A thousand, since long prompts may cost more. */
const SOME = 1000;

/** An entry of the catalogue with its price in figures. */
export function servedModelView({
  id,
  owner,
  standsFor,
  contextWindow,
  price,
}: CatalogueEntry): ServedModelView {
  return {
    id,
    owner,
    standsFor,
    contextWindow,
    price: price && {
      inputNano: price.cost({ ...NO_USAGE, inputTokens: SOME }),
      outputNano: price.cost({ ...NO_USAGE, outputTokens: SOME }),
    },
  };
}
