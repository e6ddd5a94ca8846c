import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { providerBody } from '../../../core/admin/input-schemas.ts';
import { type Route, route } from '../route.ts';
import { provider } from '../schemas/key-answers.ts';

/** Where keys belong. */
export function providerRoutes({ providers }: Admin): readonly Route[] {
  const tag = 'Providers';
  return [
    route({
      method: 'GET',
      path: '/providers',
      id: 'listProviders',
      tag,
      summary: 'Providers that are known beforehand, and those that were added.',
      role: 'read',
      answer: z.object({ providers: z.array(provider) }),
      run: () => ({ providers: providers.list() }),
    }),
    route({
      method: 'POST',
      path: '/providers',
      id: 'saveProvider',
      tag,
      summary: 'Adds a provider, or changes one; its base URL only while it has no keys.',
      role: 'admin',
      status: 201,
      creates: true,
      body: providerBody,
      example: { id: 'my-vllm', kind: 'openai-compatible', baseUrl: 'http://localhost:8000/v1' },
      answer: provider,
      run: ({ body, manager }) => providers.save(body, manager.name),
    }),
  ];
}
