import type { Objective } from '../../../shared/model/objectives.ts';

/** A group that is there without being configured: of each line, the first model that a usable key serves. */
export interface BuiltInName {
  readonly name: string;
  readonly lines: readonly (readonly string[])[];
  readonly objective: Objective | null;
}

/**
 * One line a provider, the newest model first. Names, and which of them are small, are those of the price book
 * (genai-prices 0.1.8, September 2026); a test compares them.
 */
export const BUILT_IN_NAMES: readonly BuiltInName[] = [
  {
    name: 'auto',
    objective: null,
    lines: [
      ['claude-sonnet-5', 'claude-sonnet-4-6', 'claude-sonnet-4-5', 'claude-sonnet-4-0'],
      ['gpt-6-sol', 'gpt-5.6-sol', 'gpt-5.5', 'gpt-5.4', 'gpt-5.2', 'gpt-5.1', 'gpt-5', 'gpt-4.1', 'gpt-4o'],
      [
        'gemini-3.8-flash',
        'gemini-3.7-flash',
        'gemini-3.6-flash',
        'gemini-3.1-pro-preview',
        'gemini-2.5-pro',
      ],
      ['grok-4.6', 'grok-4.5', 'grok-4.3'],
      ['deepseek-v4-pro', 'deepseek-chat'],
      ['mistral-medium-latest'],
    ],
  },
  {
    name: 'cheap',
    objective: { primary: 'cost', secondary: 'reliability' },
    lines: [
      ['claude-haiku-4-5', 'claude-3-5-haiku-latest'],
      ['gpt-6-luna', 'gpt-5.6-luna', 'gpt-5.4-nano', 'gpt-5-nano', 'gpt-4.1-nano', 'gpt-4o-mini'],
      ['gemini-3.5-flash-lite', 'gemini-3.1-flash-lite', 'gemini-2.5-flash-lite'],
      ['grok-4-1-fast-non-reasoning', 'grok-4-fast-non-reasoning'],
      ['deepseek-v4-flash', 'deepseek-chat'],
      ['mistral-small-latest'],
      ['llama-3.1-8b-instant'],
    ],
  },
  {
    name: 'fast',
    objective: { primary: 'speed', secondary: 'reliability' },
    lines: [
      ['claude-haiku-4-5', 'claude-3-5-haiku-latest'],
      ['gpt-6-luna', 'gpt-5.6-luna', 'gpt-5.4-mini', 'gpt-5-mini', 'gpt-4.1-mini', 'gpt-4o-mini'],
      ['gemini-3.8-flash', 'gemini-3.7-flash', 'gemini-3.5-flash-lite', 'gemini-2.5-flash'],
      ['grok-4-1-fast-non-reasoning', 'grok-4-fast-non-reasoning'],
      ['mistral-small-latest'],
      ['llama-3.3-70b-versatile'],
    ],
  },
];
