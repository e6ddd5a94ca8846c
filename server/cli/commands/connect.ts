import type { Command } from 'commander';
import { DEFAULT_PORT } from '../../../shared/endpoint.ts';
import { pathText } from '../../connect/config-format.ts';
import { ConnectionRecords } from '../../connect/connection-records.ts';
import { replacedBy, stateOf } from '../../connect/connections.ts';
import { isDetected } from '../../connect/detect.ts';
import { previewOf } from '../../connect/preview.ts';
import type { Step, Tool } from '../../connect/tool.ts';
import { TOOLS, toolById } from '../../connect/tools.ts';
import { RouterError } from '../../core/router-error.ts';
import { type Connected, connectTool } from '../connect/connect-tool.ts';
import { disconnectedLines, disconnectTool } from '../connect/disconnect-tool.ts';
import { placeHere } from '../connect/place-here.ts';
import { type Verification, verifyConnection } from '../connect/verify-connection.ts';
import { keptPort } from '../../daemon/choose-port.ts';
import { daemon } from '../launch-daemon.ts';
import { chosenFolder } from '../management-client.ts';
import { EXIT, print, table } from '../output.ts';

interface ConnectOptions {
  readonly project?: string;
  readonly model?: string;
  readonly print?: true;
  readonly verify?: true;
}

const PROJECT = ['--project <folder>', 'only for this project, with a key of its own'] as const;
/** Stand for what only a real connection has. */
const SOME_TOKEN = 'akr-YOUR-VIRTUAL-KEY';
const SOME_MODEL = 'MODEL';

/** `apikeyrouter connect` and `apikeyrouter disconnect` */
export function addConnectCommands(program: Command): void {
  program
    .command('connect')
    .description("Point a tool at the router, in the tool's own configuration; without a tool, list them")
    .argument('[tool]', TOOLS.map((tool) => tool.id).join(', '))
    .option(...PROJECT)
    .option('-m, --model <model>', 'the model that the tool shall use')
    .option('--print', 'only show what would be written, and make no key')
    .option('--verify', 'then prove the listener, and make a tiny call as the tool would')
    .action(connect);
  program
    .command('disconnect')
    .description("Put a tool's configuration back as it was, and revoke its key")
    .argument('<tool>', 'a tool that is connected')
    .option(...PROJECT)
    .action(disconnect);
}

async function connect(id: string | undefined, options: ConnectOptions): Promise<void> {
  if (id === undefined) {
    list();
    return;
  }
  const tool = toolById(id);
  if (options.print) {
    show(tool, options);
    return;
  }
  const client = await daemon();
  const connected = await connectTool(client, tool, placeHere(options.project), options.model ?? null);
  const { record, token } = connected;
  const verification = options.verify
    ? await verifyConnection(client, tool, { token, model: record.model })
    : null;
  if (verification && !verification.ok) process.exitCode = EXIT.failed;
  const { prepared, result } = connected;
  const replaced = prepared ? replacedBy(prepared) : [];
  const value = {
    result,
    tool: tool.id,
    project: record.project,
    virtualKeyId: record.virtualKeyId,
    url: record.url,
    files: record.files.map(({ file }) => file),
    replaced: replaced.map(({ file, path }) => ({ file, value: pathText(path) })),
    steps: result === 'connected' ? (prepared?.steps ?? []) : [],
    notes: prepared?.notes ?? [],
    ...(verification ? { verification } : {}),
  };
  print(value, describe(tool, connected, verification));
}

function describe(
  tool: Tool,
  { record, result, prepared }: Connected,
  verification: Verification | null,
): string {
  const scope = record.project === null ? '' : ` in ${record.project}`;
  const lines =
    result === 'unchanged'
      ? [`${tool.name} is connected already${scope}. Nothing was changed.`]
      : [
          record.files.length === 0
            ? `A key for ${tool.name} was made.`
            : `${tool.name} is connected${scope}: it sends its requests to ${record.url}.`,
        ];
  if (result === 'unchanged' && record.token === null) {
    lines.push(`Only ${tool.name} knows its key. For a new one, disconnect and connect again.`);
  }
  lines.push(...record.files.map(({ file }) => `  ${result === 'connected' ? 'wrote' : 'in'} ${file}`));
  if (prepared) {
    if (result === 'connected') {
      lines.push(
        ...replacedBy(prepared).map(
          ({ path }) => `  replaced ${pathText(path)}; "disconnect" brings it back`,
        ),
        ...stepLines(prepared.steps),
      );
    }
    lines.push(...prepared.notes.map((note) => `Note: ${note}`));
  }
  lines.push(...(verification?.checks ?? []));
  if (result === 'connected')
    lines.push(`Undo it with "apikeyrouter disconnect ${tool.id}${projectOption(record.project)}".`);
  return lines.join('\n');
}

function stepLines(steps: readonly Step[]): readonly string[] {
  if (steps.length === 0) return [];
  const numbered = steps.map(
    ({ text, value }, at) => `${at + 1}. ${text}${value === undefined ? '.' : `: ${value}`}`,
  );
  return ['What is left for you:', ...numbered];
}

function projectOption(project: string | null): string {
  return project === null ? '' : ` --project ${/[^\w./:\\-]/.test(project) ? `"${project}"` : project}`;
}

function show(tool: Tool, { project, model }: ConnectOptions): void {
  const place = placeHere(project);
  const { files, steps, notes } = tool.plan(place, {
    url: `http://127.0.0.1:${keptPort(chosenFolder()) ?? DEFAULT_PORT}`,
    token: SOME_TOKEN,
    model: model ?? null,
    models: [{ id: model ?? SOME_MODEL, contextLength: null }],
  });
  const shown = files.map((plan) => ({ file: plan.file, format: plan.format, text: previewOf(plan) }));
  const lines = [
    ...shown.flatMap(({ file, text }) => [`# ${file}`, text]),
    ...stepLines(steps),
    ...notes.map((note) => `Note: ${note}`),
    `Nothing was changed. ${SOME_TOKEN} comes from "apikeyrouter virtual-keys create ${tool.id}". See ${tool.docs}`,
  ];
  print({ tool: tool.id, files: shown, steps, notes, docs: tool.docs }, lines.join('\n'));
}

function list(): void {
  const place = placeHere(undefined);
  const records = new ConnectionRecords(chosenFolder()).list();
  const tools = TOOLS.map((tool) => ({
    id: tool.id,
    name: tool.name,
    detected: isDetected(tool, place),
    perProject: tool.whyNoProject === null,
    connections: records
      .filter((record) => record.tool === tool.id)
      .map((record) => ({ project: record.project, url: record.url, state: stateOf(record) })),
  }));
  const rows = tools.flatMap(({ id, name, detected, connections }) => {
    const found = detected ? 'yes' : 'no';
    if (connections.length === 0) return [[id, name, found, '', '']];
    return connections.map(({ project, state }) => [id, name, found, state, project ?? 'all projects']);
  });
  print({ tools }, table([['TOOL', 'NAME', 'FOUND HERE', 'STATE', 'FOR'], ...rows]));
}

async function disconnect(id: string, options: Pick<ConnectOptions, 'project'>): Promise<void> {
  const tool = toolById(id);
  const records = new ConnectionRecords(chosenFolder());
  const { project } = placeHere(options.project);
  const record = records.find(tool.id, project);
  if (!record) {
    const others = records.list().filter((other) => other.tool === tool.id);
    const hint = others
      .map((other) => `"apikeyrouter disconnect ${id}${projectOption(other.project)}"`)
      .join(', ');
    const message = `${tool.name} is not connected${project === null ? '' : ` in ${project}`}.`;
    throw new RouterError('not_found', hint === '' ? message : `${message} There is ${hint}.`);
  }
  const files = await disconnectTool(records, record);
  const lines = disconnectedLines(record, files);
  print({ tool: tool.id, project, files }, lines.join('\n'));
}
