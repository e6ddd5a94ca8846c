import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SECRETS, startWorld, type World } from '../../examples/support/providers/world.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { documentedOutputs, patternOf } from './documented-output.ts';
import { runExample } from './example-run.ts';

const FOLDER = path.join(import.meta.dirname, '..', '..', 'examples');
const SIMULATED =
  'Using SIMULATED providers: openai-a, openai-b, claude. Nothing is billed; set OPENAI_API_KEY or ANTHROPIC_API_KEY for real ones.\n';

/** Starts tasks two at a time, since they wait for sockets and processes. Tasks that fail are for who awaits them. */
function startInTurn<T>(
  tasks: readonly (readonly [string, () => Promise<T>])[],
): ReadonlyMap<string, Promise<T>> {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  const results = tasks.map(([name, task], index) => {
    const result = (lanes[index % lanes.length] ?? Promise.resolve()).then(task);
    lanes[index % lanes.length] = result.catch(() => undefined);
    return [name, result] as const;
  });
  return new Map(results);
}

/** How often each key answered: `By cost: openai-a 3, openai-b 3`. */
function countsAfter(output: string, words: string): Readonly<Record<string, number>> {
  const line = output.split('\n').find((text) => text.trim().startsWith(words));
  assert.ok(line, `no line begins with "${words}" in:\n${output}`);
  const pairs = line.trim().slice(words.length).split(', ');
  return Object.fromEntries(pairs.map((pair) => [pair.split(' ')[0], Number(pair.split(' ')[1])]));
}

/** The numbers that the groups of a pattern match. */
function numbers(output: string, pattern: RegExp): readonly number[] {
  const found = pattern.exec(output);
  assert.ok(found, `${pattern} is not in:\n${output}`);
  return found.slice(1).map(Number);
}

function includes(output: string, ...lines: readonly string[]): void {
  const printed = output.split('\n').map((line) => line.trim());
  for (const line of lines) assert.ok(printed.includes(line), `"${line}" is no line of:\n${output}`);
}

describe('the examples', function () {
  this.timeout(60_000).slow(10_000);
  const documented = documentedOutputs();
  const folders = new Map<string, TempFolder>();
  let outputs: ReadonlyMap<string, Promise<string>>;

  before(async () => {
    for (const name of documented.keys()) folders.set(name, await createTempFolder());
    outputs = startInTurn([...folders].map(([name, folder]) => [name, () => runExample(name, folder)]));
  });
  after(() => Promise.all([...folders.values()].map((folder) => folder.remove())));

  /** What one prints without keys, and the README says that it prints. */
  async function outputOf(name: string): Promise<string> {
    const output = await (outputs.get(name) ?? assert.fail(`${name} is not in the README`));
    assert.match(output, patternOf(documented.get(name) ?? ''), `${name} and the README`);
    return output;
  }

  it('are all documented', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && file !== 'run.ts');
    assert.deepEqual(files.map((file) => path.basename(file, '.ts')).sort(), [...documented.keys()].sort());
    assert.ok(files.length >= 8);
  });

  it('simple: lets the router choose and take turns', async () => {
    const output = await outputOf('simple');
    assert.ok(output.startsWith(SIMULATED));
    assert.match(
      output,
      /^Answer: This is a simulated answer of gpt-5\.4-mini at OpenAI: your prompt "Name three colours\."/m,
    );
    assert.match(output, /^From: {3}openai-[ab], a key of openai, with gpt-5\.4-mini$/m);
    const [cost = 0] = numbers(output, /^Cost: {3}\d+ \+ \d+ tokens, \$([\d.]+)$/m);
    assert.ok(cost > 0 && cost < 0.01);
    assert.match(
      output,
      /^Why: {4}openai-[ab] serves gpt-5\.4-mini by the objective reliability then fairness/m,
    );
    includes(output, 'With five more requests, the keys took turns: openai-a 3, openai-b 3.');
  });

  it('cost-optimised: takes the cheaper model and never exceeds the budget', async () => {
    const output = await outputOf('cost-optimised');
    const costs = [...output.matchAll(/^\d+\. (\S+) by \S+: \$([\d.]+)$/gm)];
    assert.ok(costs.length >= 5, output);
    assert.ok(costs.every(([, model]) => model === 'gpt-5.4-mini'));
    includes(output, 'Alert: 50 % of the budget is spent.');
    assert.match(
      output,
      new RegExp(`^${costs.length + 1}\\. Refused before anything was sent: The budget "today"`, 'm'),
    );
    const [spent = 0, limit = 0, left = 0] = numbers(
      output,
      /^Budget "today": spent \$([\d.]+) of \$([\d.]+), \$([\d.]+) left\.$/m,
    );
    assert.ok(spent <= limit && spent > limit / 2);
    assert.ok(Math.abs(spent + left - limit) < 1e-6);
    const sum = costs.reduce((total, [, , cost]) => total + Number(cost), 0);
    assert.ok(Math.abs(sum - spent) < 1e-6, `${sum} is not ${spent}`);
  });

  it('reliability-first: answers with premium keys, and with others when those are throttled', async () => {
    const output = await outputOf('reliability-first');
    includes(
      output,
      'openai-a is a premium key.',
      'openai-b is a standard key.',
      '1. answered by openai-a, at once',
      '3. answered by openai-a, at once',
      'openai-a went from available to throttled: rate_limited.',
      '4. answered by openai-b, after 2 attempts',
      '5. answered by openai-b, at once',
      'openai-a: throttled, asked 4 times',
      'claude: available, asked 0 times',
    );
  });

  it('multi-provider-fallback: goes to the next provider each time one is out', async () => {
    const output = await outputOf('multi-provider-fallback');
    const [, first = '', second = ''] = output.split(/^.*:\n(?= {2}qwen3)/m);
    includes(
      first,
      'qwen3-coder at local failed: network, whose fault: provider',
      'gpt-5.4-mini at openai succeeded',
    );
    includes(second, 'claude-haiku-4-5 at anthropic succeeded');
    assert.match(second, /Policies: fallback_models of fallbacks\./);
  });

  it('proxy-with-sdk: serves both SDKs over the daemon and leaves nothing behind', async () => {
    const output = await outputOf('proxy-with-sdk');
    includes(output, 'The daemon serves.', 'The daemon has stopped.', 'Added the key claude.');
    assert.match(output, /^OpenAI's SDK got: This is a simulated answer of gpt-5\.4-mini at OpenAI/m);
    assert.match(
      output,
      /^Anthropic's SDK got: This is a simulated answer of claude-haiku-4-5 at Anthropic/m,
    );
    const routes = [
      ...output.matchAll(/It went to (\w+) for about \$([\d.]+); see apikeyrouter explain req_\w+/g),
    ];
    assert.deepEqual(
      routes.map(([, provider, cost]) => [provider, Number(cost) > 0]),
      [
        ['openai', true],
        ['anthropic', true],
      ],
    );
    assert.ok(!Object.values(SECRETS).some((secret) => output.includes(secret)));
    assert.deepEqual(
      readdirSync(folders.get('proxy-with-sdk')?.path ?? '').filter((name) =>
        name.startsWith('apikeyrouter'),
      ),
      [],
    );
  });

  it('custom-provider: reads the limits and errors of another service', async () => {
    const output = await outputOf('custom-provider');
    assert.ok(output.startsWith('Acme is SIMULATED'));
    const answers = [...output.matchAll(/^\d\. "Beep\." from (acme-\w+-key)/gm)].map(([, name]) => name);
    assert.equal(answers.length, 6);
    assert.equal(answers.filter((name) => name === 'acme-first-key').length, 3, 'as often as it may');
    assert.equal(
      output.match(/Acme does not know this key\./g)?.length,
      1,
      'a refused key is not asked again',
    );
    assert.match(
      output,
      /^7\. No key could answer \(.*\)\. The last said: Too fast\. \(whose fault: my account\)$/m,
    );
    includes(output, 'acme-first-key: throttled', 'acme-second-key: throttled', 'acme-mistyped-key: invalid');
  });

  it('concurrent-batch: shares the work equally, and an error stops nothing', async () => {
    const output = await outputOf('concurrent-batch');
    includes(output, '25 requests, 6 at a time: 24 answers, 1 error.');
    assert.deepEqual(countsAfter(output, 'Answers by key: '), { 'openai-a': 12, 'openai-b': 12 });
    assert.match(output, /^Error: No key of the pinned provider serves gpt-5\.4-mini\./m);
    const [cost = 0] = numbers(output, /^Cost: \$([\d.]+)$/m);
    assert.ok(cost > 0 && cost < 0.05);
  });

  it('comprehensive-usage: shows all 13 parts', async () => {
    const output = await outputOf('comprehensive-usage');
    const parts = output.split(/^\d+\. .*\n/m);
    assert.equal(parts.length, 14, output);
    const part = (number: number): string => parts[number] ?? '';

    includes(part(1), 'Registered the provider openai.', 'Registered the provider anthropic.');
    includes(part(2), 'openai-b (openai): standard, us-west-2, with prices of its own. It is available.');
    includes(part(3), 'claude: 1000 requests an hour, 2,000,000 tokens a day.');
    includes(part(4), 'Configured: development-cost, production-reliability, monthly-budget, regions.');
    assert.match(part(4), /A dry run of production-reliability: openai-a .*A policy prefers it to openai-b/);
    assert.match(part(4), /Refused: .* not valid: priority/);

    const fair = countsAfter(part(5), 'By fairness: ');
    assert.deepEqual(fair, { 'openai-a': 3, 'openai-b': 3 });
    includes(part(5), 'By cost: openai-b 6', 'By speed: openai-b 6', 'By 70 % cost, 30 % speed: openai-b 6');

    includes(
      part(6),
      'openai-a went from available to throttled, by a person.',
      'Meanwhile: openai-b 4',
      'openai-a went from throttled to available, by a person.',
    );
    assert.ok((countsAfter(part(6), 'Afterwards: ')['openai-a'] ?? 0) > 0, 'the restored key is used');

    includes(
      part(7),
      'Before: claude has used 0 of 20 requests and is abundant.',
      '17 requests later: claude has used 17 of 20 requests and is critical.',
    );

    const estimates = [
      ...part(8).matchAll(/about \$([\d.]+) \(\$([\d.]+) to \$([\d.]+)\), at most \$([\d.]+)\. It (.*)\./g),
    ];
    assert.deepEqual(
      estimates.map(([, , , , , fits]) => fits),
      ['fits', 'does not fit'],
    );
    for (const [, ...amounts] of estimates) {
      const [about = 0, low = 0, high = 0, worst = 0] = amounts.map(Number);
      assert.ok(0 < low && low <= about && about <= high && high <= worst, amounts.join(' '));
    }
    assert.match(part(8), /Refused \(budget_exceeded\): The budget "docs"/);
    assert.match(part(8), /Raised for ten minutes, it was answered for \$0\.\d+\./);

    includes(
      part(9),
      'Rotated openai-a: its secret ended in mN4x and now in eK6a.',
      'It is the same key: true. Requests answered meanwhile: 6 of 6.',
      'Revoked intern. Left: openai-a, openai-b, claude.',
    );

    assert.match(
      part(10),
      /State: available keys 3, quotas 6, budgets 2, policies 4, \$0\.\d+ spent today\./,
    );
    includes(part(10), 'Trace of the last request: succeeded, tags search, attempts: 200 succeeded.');
    assert.match(part(10), /Key openai-b: available, secret ends in \w{4}, tier standard, asked \d+ times/);

    assert.match(part(11), /gpt-5\.4-mini of openai: \d+ tokens/);
    assert.match(part(11), /claude-haiku-4-5 of anthropic: \d+ tokens/);
    const pieces = [
      ...part(11).matchAll(/Streamed in (\d+) pieces; together they are the whole answer: true\./g),
    ];
    assert.ok(pieces.length === 2 && pieces.every(([, count]) => Number(count) > 1), part(11));

    assert.match(part(12), /20 of 20 requests were answered for \$0\.\d+\./);
    assert.deepEqual(countsAfter(part(12), 'By key: '), { 'openai-a': 10, 'openai-b': 10 });

    includes(part(13), 'Team development: openai-b 4', 'Team production: openai-a 4');
    assert.match(part(13), /Team europe: claude\. .*prefer_region of regions/);
    assert.match(part(13), /Refused \(policy_forbids\): .*openai-a: region; openai-b: region/);
    assert.match(output, /Done: all 13 parts have run\.\n$/);
  });
});

describe('an example with keys of its user', function () {
  this.timeout(60_000).slow(10_000);
  let folder: TempFolder;
  let world: World;

  before(async () => {
    world = await startWorld();
  });
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());
  after(() => world.stop());

  it('takes them from the environment', async () => {
    const output = await runExample('comprehensive-usage', folder, {
      OPENAI_API_KEY: SECRETS.openaiB,
      OPENAI_BASE_URL: world.openai.url,
    });
    assert.ok(output.startsWith('Using your own keys: OPENAI_API_KEY.'), output);
    assert.match(output, /Team development: OPENAI_API_KEY 4/);
    assert.match(output, /Done: all 13 parts have run\.\n$/);
  });

  it('takes them from a .env in the current folder', async () => {
    await writeFile(
      folder.file('.env'),
      `OPENAI_API_KEY=\nANTHROPIC_API_KEY=${SECRETS.anthropic}\nANTHROPIC_BASE_URL=${world.anthropic.url}\n`,
    );
    const output = await runExample('simple', folder);
    assert.ok(output.startsWith('Using your own keys: ANTHROPIC_API_KEY.'), output);
    assert.match(output, /^From: {3}ANTHROPIC_API_KEY, a key of anthropic, with claude-haiku-4-5$/m);
  });
});
