import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { modelNameBody } from '../../../core/admin/input-schemas.ts';
import { servedModelView } from '../../../core/admin/served-model-view.ts';
import { param, type Route, route } from '../route.ts';
import { modelName, servedModel } from '../schemas/model-answers.ts';

/** The models that can be asked for, and the names that stand for them. */
export function modelRoutes({ models, modelNames }: Admin): readonly Route[] {
  const tag = 'Models';
  return [
    route({
      method: 'GET',
      path: '/models',
      id: 'listModels',
      tag,
      summary:
        'The models that usable keys serve, and the names that stand for them, with context and price.',
      role: 'read',
      answer: z.object({ models: z.array(servedModel) }),
      run: () => ({ models: models.list().map(servedModelView) }),
    }),
    route({
      method: 'GET',
      path: '/model-names',
      id: 'listModelNames',
      tag,
      summary: 'The names that stand for models, with those that are built in.',
      role: 'read',
      answer: z.object({ modelNames: z.array(modelName) }),
      run: () => ({ modelNames: modelNames.list() }),
    }),
    route({
      method: 'GET',
      path: '/model-names/{modelName}',
      id: 'getModelName',
      tag,
      summary: 'One name that stands for models.',
      role: 'read',
      answer: modelName,
      run: (call) => modelNames.view(param(call, 'modelName')),
    }),
    route({
      method: 'PUT',
      path: '/model-names/{modelName}',
      id: 'putModelName',
      tag,
      summary: 'Lets a name stand for a model or several, or for other ones than before.',
      role: 'admin',
      body: modelNameBody,
      example: { targets: ['gpt-5', 'anthropic/claude-sonnet-4-5'], choose: 'in_order' },
      answer: modelName,
      run: (call) => modelNames.put(param(call, 'modelName'), call.body, call.manager.name),
    }),
    route({
      method: 'DELETE',
      path: '/model-names/{modelName}',
      id: 'removeModelName',
      tag,
      summary: 'Lets a name stand for nothing; a built-in one that was replaced is itself again.',
      role: 'admin',
      answer: z.object({ removed: z.literal(true) }),
      run: async (call) => {
        await modelNames.remove(param(call, 'modelName'), call.manager.name);
        return { removed: true };
      },
    }),
  ];
}
