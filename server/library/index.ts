/** The npm package: the router for programs that embed it. */
export { ApiKeyRouter } from './api-key-router.ts';
export type { ApiKeyRouterOptions } from './options.ts';
export { BudgetExceeded, NoEligibleKeys, ProviderError, RoutingError } from './errors.ts';
export type { RouterModels } from './router-models.ts';
export type { RouterEventMap, StateChange } from './event-hub.ts';
export type * from './api.ts';
export { RouterError } from '../core/router-error.ts';
export { replay } from '../core/routing/decide.ts';
export { MemoryStore } from '../adapters/memory/memory-store.ts';
export { openaiCompatibleAdapter } from '../providers/openai.ts';
export type { Clock } from '../core/ports/clock.ts';
export type { Logger } from '../core/ports/logger.ts';
export type { ModelPrice, PriceBook } from '../core/ports/prices.ts';
export type {
  AnswerDecoder,
  Authorization,
  ClassifiedFailure,
  LimitReading,
  ProviderAdapter,
  ProviderRequest,
} from '../core/ports/provider.ts';
export type { Random } from '../core/ports/random.ts';
export type { Store } from '../core/ports/store.ts';
export type { Upstream, UpstreamRequest } from '../core/ports/upstream.ts';
export type { Decision, Trace } from '../../shared/model/trace.ts';
export type { Objective, ObjectiveName } from '../../shared/model/objectives.ts';
export type { KeyMetadata, ProviderRecord, ProviderSettings } from '../../shared/model/records.ts';
export type { KeyState, StateTransition } from '../../shared/model/states.ts';
