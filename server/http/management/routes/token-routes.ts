import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { managementTokenBody } from '../../../core/admin/input-schemas.ts';
import { param, type Route, route } from '../route.ts';
import { managementToken } from '../schemas/key-answers.ts';

/** Who may call this API. */
export function tokenRoutes({ managementTokens }: Admin): readonly Route[] {
  const tag = 'Management tokens';
  return [
    route({
      method: 'GET',
      path: '/management-tokens',
      id: 'listManagementTokens',
      tag,
      summary: 'The named tokens of this API.',
      role: 'admin',
      answer: z.object({ managementTokens: z.array(managementToken) }),
      run: () => ({ managementTokens: managementTokens.list() }),
    }),
    route({
      method: 'POST',
      path: '/management-tokens',
      id: 'createManagementToken',
      tag,
      summary:
        'A new token of this API, by whose name the audit log knows its holder. It is in this answer only.',
      role: 'admin',
      status: 201,
      creates: true,
      body: managementTokenBody,
      example: { name: 'dashboard', role: 'read' },
      answer: z.object({ managementToken, token: z.string() }),
      run: ({ body, manager }) => managementTokens.create(body, manager.name),
    }),
    route({
      method: 'DELETE',
      path: '/management-tokens/{managementToken}',
      id: 'revokeManagementToken',
      tag,
      summary: 'From now on the token is refused.',
      role: 'admin',
      answer: managementToken,
      run: (call) => managementTokens.revoke(param(call, 'managementToken'), call.manager.name),
    }),
  ];
}
