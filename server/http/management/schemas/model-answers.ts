import { z } from 'zod';
import type { ModelNameView, ServedModelView } from '../../../../shared/model/views.ts';
import { named, nano, objective } from './value-schemas.ts';

export const modelName = z
  .object({
    name: z.string(),
    targets: z.array(z.string()),
    choose: z.enum(['in_order', 'best']),
    objective: objective.nullable(),
    builtIn: z.boolean(),
    served: z.array(z.string()).meta({ description: 'The models behind it that usable keys serve.' }),
  })
  .register(named, { id: 'ModelName' }) satisfies z.ZodType<ModelNameView>;

export const servedModel = z
  .object({
    id: z.string(),
    owner: z
      .string()
      .meta({ description: 'A provider, or `apikeyrouter` for a name that stands for others.' }),
    standsFor: z.array(z.string()),
    contextWindow: z.int().nullable(),
    price: z
      .object({ inputNano: nano, outputNano: nano })
      .nullable()
      .meta({ description: 'Of a thousand tokens; of a name the dearest of its models.' }),
  })
  .register(named, { id: 'ServedModel' }) satisfies z.ZodType<ServedModelView>;
