import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { addKeyBody, patchKeyBody, rotateKeyBody } from '../../../core/admin/input-schemas.ts';
import { next, pageOf, pageQuery } from '../page.ts';
import { requireRole } from '../roles.ts';
import { param, type Route, route } from '../route.ts';
import { key, keyState, provider } from '../schemas/key-answers.ts';

const listQuery = pageQuery.extend({
  provider: z.string().max(64).exactOptional().meta({ description: 'Only keys of this provider.' }),
  state: keyState.exactOptional().meta({ description: 'Only keys in this state.' }),
});

/** Provider keys. */
export function keyRoutes({ keys, providers }: Admin): readonly Route[] {
  const tag = 'Keys';
  return [
    route({
      method: 'GET',
      path: '/keys',
      id: 'listKeys',
      tag,
      summary: 'Keys with their states, and the providers that there are.',
      role: 'read',
      query: listQuery,
      answer: z.object({ keys: z.array(key), providers: z.array(provider), next }),
      run: async ({ query }) => {
        const wanted = (await keys.list()).filter(
          (entry) =>
            (query.provider === undefined || entry.providerId === query.provider) &&
            (query.state === undefined || entry.state === query.state),
        );
        const page = pageOf(wanted, (entry) => entry.id, query);
        return { keys: page.items, providers: providers.list(), next: page.next };
      },
    }),
    route({
      method: 'POST',
      path: '/keys',
      id: 'addKey',
      tag,
      summary: 'Adds a key, once its provider has said that it is good.',
      role: 'admin',
      status: 201,
      creates: true,
      body: addKeyBody,
      example: { providerId: 'openai', name: 'work', secret: 'sk-proj-the-key-itself' },
      answer: key,
      run: ({ body, manager }) => keys.add(body, manager.name),
    }),
    route({
      method: 'GET',
      path: '/keys/{key}',
      id: 'getKey',
      tag,
      summary: 'One key, by id or name.',
      role: 'read',
      answer: key,
      run: (call) => keys.view(param(call, 'key')),
    }),
    route({
      method: 'PATCH',
      path: '/keys/{key}',
      id: 'changeKey',
      tag,
      summary:
        'Switches a key on or off, sets its state, or (as admin) renames it and changes what is declared of it.',
      role: 'operate',
      body: patchKeyBody,
      example: { enabled: true },
      answer: key,
      run: async (call) => {
        const { enabled, state, until, name, metadata } = call.body;
        const { id } = await keys.view(param(call, 'key'));
        const actor = call.manager.name;
        if (name !== undefined || metadata !== undefined) {
          requireRole(call.manager, 'admin');
          await keys.change(
            id,
            { ...(name === undefined ? {} : { name }), ...(metadata === undefined ? {} : { metadata }) },
            actor,
          );
        }
        if (state !== undefined) {
          await keys.setState(id, { state, ...(until === undefined ? {} : { until }) }, actor);
        }
        if (enabled !== undefined) await keys.setEnabled(id, enabled ? 'enabled' : 'disabled', actor);
        return keys.view(id);
      },
    }),
    route({
      method: 'DELETE',
      path: '/keys/{key}',
      id: 'removeKey',
      tag,
      summary: 'Removes a key and its secret for good; its history stays.',
      role: 'admin',
      answer: z.object({ removed: z.literal(true) }),
      run: async (call) => {
        await keys.remove(param(call, 'key'), call.manager.name);
        return { removed: true };
      },
    }),
    route({
      method: 'POST',
      path: '/keys/{key}/rotate',
      id: 'rotateKey',
      tag,
      summary: "Puts another secret in a key's place: id, history, limits and states stay.",
      role: 'admin',
      body: rotateKeyBody,
      example: { secret: 'sk-proj-the-new-key-itself' },
      answer: key,
      run: (call) => keys.rotate(param(call, 'key'), call.body, call.manager.name),
    }),
    route({
      method: 'POST',
      path: '/keys/{key}/check',
      id: 'checkKey',
      tag,
      summary: 'Asks the provider whether a key is good, and for its models (free).',
      role: 'operate',
      answer: key,
      run: (call) => keys.check(param(call, 'key')),
    }),
  ];
}
