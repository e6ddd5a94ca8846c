import type { NewVirtualKey } from '../model/inputs.ts';
import type { KeyView, ProviderView, StateView, VirtualKeyView } from '../model/views.ts';

/**
 * Every custom message on the LSP connection: the request methods with their parameters and results.
 * The daemon validates parameters at its edge; failures are response errors whose `data` is `RpcErrorData`.
 */
export interface RpcRequests {
  'apikeyrouter/state': { params: Record<string, never>; result: StateView };
  'apikeyrouter/keys/list': {
    params: Record<string, never>;
    result: { readonly keys: readonly KeyView[]; readonly providers: readonly ProviderView[] };
  };
  /** Verifies the secret with the provider's free model listing, then keeps it. */
  'apikeyrouter/keys/add': { params: AddKeyParams; result: KeyView };
  'apikeyrouter/keys/remove': { params: { readonly id: string }; result: { readonly removed: true } };
  'apikeyrouter/keys/setEnabled': {
    params: { readonly id: string; readonly enabled: boolean };
    result: KeyView;
  };
  /** Asks the provider again whether the key is good. */
  'apikeyrouter/keys/check': { params: { readonly id: string }; result: KeyView };
  /** The token is in this answer only. */
  'apikeyrouter/virtualKeys/create': {
    params: NewVirtualKey;
    result: { readonly virtualKey: VirtualKeyView; readonly token: string };
  };
}

export interface RpcNotifications {
  /** Something that a view may show changed; at most a few a second. */
  'apikeyrouter/changed': { readonly what: readonly ('keys' | 'state' | 'requests')[] };
}

export interface AddKeyParams {
  /** A known provider (`openai`, `anthropic`) or, with `baseUrl`, the name of a new one. */
  readonly providerId: string;
  readonly name: string;
  readonly secret: string;
  /** Base URL of an OpenAI-compatible provider, without `/v1`. */
  readonly baseUrl?: string;
}

/** `initializationOptions` of the `initialize` request. */
export interface RpcHandshake {
  readonly managementToken: string;
  readonly clientVersion: string;
}

export interface RpcErrorData {
  /** A stable code of `shared/model/reasons.ts`. */
  readonly code: string;
}
