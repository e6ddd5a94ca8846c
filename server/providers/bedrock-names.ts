import { undatedName } from './cloud-claude.ts';

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0`: a profile's region, the vendor, the model, its edition there. */
const CLAUDE = /^(?:([a-z-]+)\.)?anthropic\.(claude-.+?)(?:-v\d+(?::\d+)?(?::\w+)?)?$/;
const VENDORS =
  /^(?:[a-z-]+\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|stability|twelvelabs|writer|zai)\./;

/** Whether a model takes Messages: Anthropic's own, or a profile that hides which model it calls. */
export function isClaude(model: string): boolean {
  return model.startsWith('claude-') || CLAUDE.test(model) || model.startsWith('arn:');
}

/** Whether a name has the form of those in Bedrock's catalogue, or is an ARN of something there. */
export function isBedrockName(model: string): boolean {
  return VENDORS.test(model) || model.startsWith('arn:aws');
}

/** Anthropic's own names of a listed model, with its date and without. */
export function anthropicNames(listed: string): readonly string[] {
  const name = CLAUDE.exec(listed)?.[2];
  return name === undefined ? [] : [...new Set([name, undatedName(name)])];
}

/**
 * What to call for Anthropic's name of a model: of the listed ones a profile of the region, else a global one, else the
 * model itself, which can't always be called directly. The newest, where a name fits several.
 */
export function bedrockName(model: string, listed: readonly string[] | null): string {
  if (listed === null || listed.includes(model)) return model;
  const [best] = listed
    .filter((name) => anthropicNames(name).includes(model))
    .sort((a, b) => dateOf(b).localeCompare(dateOf(a)) || rank(a) - rank(b));
  return best ?? model;
}

function dateOf(name: string): string {
  return /-(\d{8})(?:-|$)/.exec(name)?.[1] ?? '';
}

function rank(name: string): number {
  const region = CLAUDE.exec(name)?.[1];
  return region === undefined ? 2 : region === 'global' ? 1 : 0;
}
