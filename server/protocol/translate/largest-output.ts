/**
 * The most that models put out in one answer, tokens. Their providers refuse a request for more
 * (platform.openai.com/docs/models, docs.anthropic.com "Models overview", ai.google.dev/gemini-api/docs/models). The
 * first that fits counts; whatever is not among them is taken to have room enough.
 */
const LARGEST: readonly (readonly [RegExp, number])[] = [
  [/claude-(2|instant|3-(haiku|sonnet|opus))/, 4_096],
  [/claude-3-5/, 8_192],
  [/claude-(opus-4(-[01]|-2\d{7}|@|$)|4-opus)/, 32_000],
  [/claude-(3-7|sonnet-4(-[05]|-2\d{7}|@|$)|4-sonnet|haiku-4-5|opus-4-5)/, 64_000],
  [/gemini-(1\.5|2\.0)/, 8_192],
  [/gemini-2\.5-flash-image/, 32_768],
  [/gemini-(2\.5|3)/, 65_536],
  [/(^|\/)gpt-4o-2024-05-13/, 4_096],
  [/(^|\/)(gpt-4o|chatgpt-4o|gpt-5(\.\d)?-chat)/, 16_384],
  [/(^|\/)gpt-4\.1/, 32_768],
  [/(^|\/)(gpt-4-(turbo|1106|0125|vision)|gpt-3\.5)/, 4_096],
  [/(^|\/)gpt-4(-|$)/, 8_192],
  [/(^|\/)o1-preview/, 32_768],
  [/(^|\/)o1-mini/, 65_536],
  [/(^|\/)(o1|o3|o4-mini)(-|$)/, 100_000],
];

/** The most that a model can put out, tokens; `Infinity` where that is not known. */
export function largestOutput(model: string): number {
  return LARGEST.find(([names]) => names.test(model))?.[1] ?? Infinity;
}
