import { type Command, Option } from 'commander';
import { OBJECTIVE_NAMES } from '../../../shared/model/objectives.ts';
import { formatUsd } from '../../../shared/model/money.ts';
import type { ModelNameView, ServedModelView } from '../../../shared/model/views.ts';
import { daemon } from '../launch-daemon.ts';
import { print, table } from '../output.ts';

interface GroupOptions {
  readonly choose?: 'best' | 'in-order';
  readonly objective?: string;
}

/** `apikeyrouter models ...` */
export function addModelsCommands(program: Command): void {
  const models = program
    .command('models')
    .description('List the models that can be asked for, and give names to models');
  models
    .command('list', { isDefault: true })
    .alias('ls')
    .description('List what can be asked for, with provider, context and price')
    .action(list);
  models
    .command('alias')
    .description('Let a name stand for a model')
    .argument('<name>', 'what tools ask for, e.g. "smart"')
    .argument('<target>', 'a model, provider/model, or another name')
    .action((name: string, target: string) => put(name, [target], {}));
  models
    .command('group')
    .description('Let a name stand for several models')
    .argument('<name>', 'what tools ask for, e.g. "coding"')
    .argument('<targets...>', 'models, provider/model, or other names')
    .addOption(
      new Option(
        '--choose <how>',
        'the first target and then the next as fallbacks, or the best key of all (default: "in-order")',
      ).choices(['in-order', 'best']),
    )
    .addOption(
      new Option('--objective <objective>', 'what routing optimises for it').choices([...OBJECTIVE_NAMES]),
    )
    .action(put);
  models
    .command('remove')
    .alias('rm')
    .description('Let a name stand for nothing; a built-in one that was replaced is itself again')
    .argument('<name>', 'the name')
    .action(async (name: string) => {
      const result = await (await daemon()).call<object>('DELETE', routeOf(name));
      print(result, `Removed ${name}.`);
    });
}

async function put(name: string, targets: readonly string[], options: GroupOptions): Promise<void> {
  const { choose, objective } = options;
  const view = await (await daemon()).call<ModelNameView>('PUT', routeOf(name), {
    targets,
    ...(choose === undefined ? {} : { choose: choose === 'best' ? 'best' : 'in_order' }),
    ...(objective === undefined ? {} : { objective: { primary: objective } }),
  });
  const between = view.choose === 'best' ? ' or ' : ', then ';
  const lines = [`${view.name} stands for ${view.targets.join(between)}.`];
  if (view.served.length === 0) {
    lines.push('No key serves any of these now: requests for it are refused until one does.');
  }
  print(view, lines.join('\n'));
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<{ models: readonly ServedModelView[] }>('GET', 'models');
  if (answer.models.length === 0) {
    const hint = 'Add a key with "apikeyrouter keys add PROVIDER".';
    print(answer, `No key lists a model yet. ${hint}`);
    return;
  }
  const rows = answer.models.map(({ id, owner, standsFor, contextWindow, price }) => [
    id,
    standsFor.length > 0 ? '' : owner,
    standsFor.join(', '),
    contextWindow === null ? '' : contextWindow.toLocaleString('en'),
    price ? perMillion(price.inputNano) : '',
    price ? perMillion(price.outputNano) : '',
  ]);
  print(answer, table([['MODEL', 'PROVIDER', 'STANDS FOR', 'CONTEXT', 'INPUT/M', 'OUTPUT/M'], ...rows]));
}

/** Dollars a million tokens, from nano-dollars a thousand. */
function perMillion(nano: number): string {
  return formatUsd(nano * 1000);
}

function routeOf(name: string): string {
  return `model-names/${encodeURIComponent(name)}`;
}
