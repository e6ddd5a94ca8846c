import { type Command, Option } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import { OBJECTIVE_NAMES } from '../../../shared/model/objectives.ts';
import type { DryRunView } from '../../../shared/model/views.ts';
import { amount, several } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import { print } from '../output.ts';

interface RouteOptions {
  readonly virtualKey?: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tag: readonly string[];
  readonly protocol: string;
  readonly inputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly objective?: string;
  readonly provider?: string;
}

/** `apikeyrouter route MODEL` */
export function addRouteCommand(program: Command): void {
  program
    .command('route')
    .description('Say which key a request would get now, and why; nothing is sent')
    .argument('<model>', 'as a tool would name it')
    .option('-k, --virtual-key <key>', 'id or name of the virtual key that would be presented')
    .option('--team <team>', 'as this team')
    .option('--project <project>', 'as this project')
    .option('--tool <tool>', 'as this tool')
    .option('-t, --tag <tag>', 'with this tag; may be given several times', several, [])
    .addOption(
      new Option('--protocol <protocol>', 'the protocol that the tool speaks')
        .choices([
          'openai-chat',
          'openai-responses',
          'openai-embeddings',
          'anthropic-messages',
          'gemini-generate',
        ])
        .default('openai-chat'),
    )
    .option('-i, --input-tokens <count>', 'size of the request (default: 1000)', amount)
    .option('-o, --max-output-tokens <count>', "the request's own limit (default: none)", amount)
    .addOption(new Option('--objective <objective>', 'what to optimise').choices(OBJECTIVE_NAMES))
    .option('--provider <provider>', 'pinned to this provider')
    .action(route);
}

async function route(model: string, options: RouteOptions): Promise<void> {
  const { objective, tag, ...rest } = options;
  const view = await (await daemon()).call<DryRunView>('POST', 'route', {
    model,
    ...rest,
    ...(tag.length > 0 ? { tags: tag } : {}),
    ...(objective === undefined ? {} : { objective: { primary: objective } }),
  });
  print(view, linesOf(view).join('\n'));
  if (!view.chosen) process.exitCode = 1;
}

function linesOf({ chosen, decision, cost, budgets, refusal, models }: DryRunView): readonly string[] {
  if (!chosen) return [`Refused (${refusal?.code}): ${refusal?.message}`];
  const lines = [`${chosen.keyName} (${chosen.providerId}) with ${chosen.model}.`, decision.explanation];
  if (models.length > 1) lines.push(`Models in this order: ${models.join(', ')}.`);
  if (cost) {
    const expected =
      cost.expectedNano === null ? 'of unknown price' : `about ${formatUsd(cost.expectedNano)}`;
    const worst =
      cost.worstNano === null
        ? ''
        : `, at most ${formatUsd(cost.worstNano)}${cost.bounded ? '' : ' (assumed: it has no output limit)'}`;
    lines.push(`Cost: ${expected}${worst}.`);
  }
  for (const { name, leftNano, fits } of budgets) {
    const left = leftNano === null ? 'only tells' : `${formatUsd(leftNano)} left`;
    lines.push(`Budget ${name}: ${left}${fits ? '' : ', which is not enough'}.`);
  }
  return lines;
}
