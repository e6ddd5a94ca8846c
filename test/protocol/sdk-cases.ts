import type { SdkReading } from './caller-sdk.ts';

interface Expected {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: SdkReading['calls'];
  readonly finish: 'stop' | 'tools' | 'length';
  /** Input, the cached part of it, output. */
  readonly usage: readonly [number, number, number];
}

const WEATHER = { name: 'get_weather', args: { city: 'Zürich', unit: 'c' }, hasId: true };

/** What the recordings of all providers say, each in its own protocol. */
export const SDK_CASES: Readonly<Record<string, Expected>> = {
  text: { text: 'Grüße 🦊 and “hello”', finish: 'stop', usage: [37, 12, 11] },
  tools: {
    text: 'Let me check.',
    calls: [WEATHER, { name: 'get_time', args: {}, hasId: true }],
    finish: 'tools',
    usage: [512, 384, 58],
  },
  thinking: {
    thinking: 'First I need the key.',
    calls: [{ name: 'lookup', args: { key: 'k-7' }, hasId: true }],
    finish: 'tools',
    usage: [1024, 0, 88],
  },
  schema: { text: '{"name":"Ada","age":36}', finish: 'stop', usage: [88, 0, 9] },
  length: { text: 'Once upon a', finish: 'length', usage: [9, 0, 4] },
};
