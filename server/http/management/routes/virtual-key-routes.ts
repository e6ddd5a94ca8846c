import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { patchVirtualKeyBody, virtualKeyBody } from '../../../core/admin/input-schemas.ts';
import { next, pageOf, pageQuery } from '../page.ts';
import { param, type Route, route } from '../route.ts';
import { virtualKey } from '../schemas/key-answers.ts';

const listQuery = pageQuery.extend({
  tool: z.string().max(200).exactOptional(),
  team: z.string().max(200).exactOptional(),
  project: z.string().max(200).exactOptional(),
  valid: z.stringbool().exactOptional().meta({ description: 'true: without revoked and expired ones.' }),
});

/** The tokens that tools present. */
export function virtualKeyRoutes(admin: Admin): readonly Route[] {
  const { virtualKeys } = admin;
  const tag = 'Virtual keys';
  return [
    route({
      method: 'GET',
      path: '/virtual-keys',
      id: 'listVirtualKeys',
      tag,
      summary: 'The tokens that tools present, with what they spent in their windows.',
      role: 'read',
      query: listQuery,
      answer: z.object({ virtualKeys: z.array(virtualKey), next }),
      run: async ({ query }) => {
        const { tool, team, project, valid } = query;
        const wanted = (await virtualKeys.list()).filter(
          (entry) =>
            (tool === undefined || entry.tool === tool) &&
            (team === undefined || entry.team === team) &&
            (project === undefined || entry.project === project) &&
            (valid === undefined || valid === isValid(entry, admin.now())),
        );
        const page = pageOf(wanted, (entry) => entry.id, query);
        return { virtualKeys: page.items, next: page.next };
      },
    }),
    route({
      method: 'POST',
      path: '/virtual-keys',
      id: 'createVirtualKey',
      tag,
      summary: 'A new token for a tool. It is in this answer only.',
      role: 'admin',
      status: 201,
      creates: true,
      body: virtualKeyBody,
      example: { name: 'my-tool', tool: 'codex', limitUsd: 5, limitWindow: 'day' },
      answer: z.object({ virtualKey, token: z.string() }),
      run: ({ body, manager }) => virtualKeys.create(body, manager.name),
    }),
    route({
      method: 'PATCH',
      path: '/virtual-keys/{virtualKey}',
      id: 'changeVirtualKey',
      tag,
      summary: 'Changes what a token may do, from its next request on; what is left out stays.',
      role: 'admin',
      body: patchVirtualKeyBody,
      example: { allowModels: ['gpt-5*'], models: { 'claude-opus-*': 'gpt-5' } },
      answer: virtualKey,
      run: (call) => virtualKeys.update(param(call, 'virtualKey'), call.body, call.manager.name),
    }),
    route({
      method: 'DELETE',
      path: '/virtual-keys/{virtualKey}',
      id: 'revokeVirtualKey',
      tag,
      summary: 'From now on the token is refused; running requests end undisturbed.',
      role: 'admin',
      answer: z.object({ revoked: z.literal(true), virtualKey }),
      run: async (call) => ({
        revoked: true,
        virtualKey: await virtualKeys.revoke(param(call, 'virtualKey'), call.manager.name),
      }),
    }),
  ];
}

function isValid(
  { revokedAt, expiresAt }: { readonly revokedAt: number | null; readonly expiresAt: number | null },
  now: number,
): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}
