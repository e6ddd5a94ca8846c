import { z } from 'zod';
import type { RpcRequests } from '../../shared/rpc/messages.ts';
import type { Admin } from '../core/admin/admin.ts';
import { addKeyBody, firstIssue, virtualKeyBody } from '../core/admin/input-schemas.ts';
import { RouterError } from '../core/router-error.ts';

type Handlers = {
  readonly [M in keyof RpcRequests]: (params: unknown) => Promise<RpcRequests[M]['result']>;
};

/** In the audit log. */
const ACTOR = 'editor';

const idParams = z.strictObject({ id: z.string().min(1).max(128) });
const setEnabledParams = idParams.extend({ enabled: z.boolean() });

/** The editor's custom requests. Parameters come from another process: each is checked before it is used. */
export function requestHandlers(admin: Admin): Handlers {
  return {
    'apikeyrouter/state': () => admin.state(),
    'apikeyrouter/keys/list': async () => ({
      keys: await admin.keys.list(),
      providers: admin.providers.list(),
    }),
    'apikeyrouter/keys/add': async (params) => admin.keys.add(parse(addKeyBody, params), ACTOR),
    'apikeyrouter/keys/remove': async (params) => {
      await admin.keys.remove(parse(idParams, params).id, ACTOR);
      return { removed: true };
    },
    'apikeyrouter/keys/setEnabled': async (params) => {
      const { id, enabled } = parse(setEnabledParams, params);
      return admin.keys.setEnabled(id, enabled ? 'enabled' : 'disabled', ACTOR);
    },
    'apikeyrouter/keys/check': async (params) => admin.keys.check(parse(idParams, params).id),
    'apikeyrouter/virtualKeys/create': async (params) =>
      admin.virtualKeys.create(parse(virtualKeyBody, params), ACTOR),
  };
}

function parse<T extends z.ZodType>(schema: T, params: unknown): z.output<T> {
  const result = schema.safeParse(params);
  if (!result.success) throw new RouterError('invalid_request', firstIssue(result.error));
  return result.data;
}
