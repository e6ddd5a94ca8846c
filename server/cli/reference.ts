import type { Argument, Command, Option } from 'commander';

const HEAD = `# Command line

Made from the program itself (\`npm run docs\`); \`apikeyrouter COMMAND --help\` says the same. Every command answers in one line of
JSON with \`--json\`, and works on another data folder with \`--home FOLDER\`.
`;

/** Commands that do something, each with the words that call it. */
export function leafCommands(
  command: Command,
  words: readonly string[] = [],
): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[words.join(' '), command]];
  return command.commands.flatMap((child) => leafCommands(child, [...words, child.name()]));
}

/** The reference of all commands, as Markdown. */
export function reference(root: Command): string {
  const parts = root.commands.map((command) => section(command));
  return [HEAD, ...parts].join('\n');
}

function section(command: Command): string {
  const { commands } = command;
  if (commands.length === 0) return entry('##', command.name(), command);
  const leaves = leafCommands(command, [command.name()]);
  const head = `## ${command.name()}\n${command.description()}.\n`;
  return [head, ...leaves.map(([words, leaf]) => entry('###', words, leaf))].join('\n');
}

function entry(level: string, words: string, command: Command): string {
  const aliases = command.aliases().map((alias) => `\`${alias}\``);
  const also = aliases.length > 0 ? ` Also ${aliases.join(', ')}.` : '';
  const details = [
    ...command.registeredArguments.filter(({ description }) => description !== '').map(argumentLine),
    ...command.options.map(optionLine),
  ];
  return [
    `${level} ${words}`,
    `\`apikeyrouter ${words}${usage(command)}\``,
    '',
    `${command.description()}.${also}`,
    ...(details.length > 0 ? ['', ...details] : []),
    '',
  ].join('\n');
}

function usage(command: Command): string {
  return command.registeredArguments.map((argument) => ` ${termOf(argument)}`).join('');
}

function argumentLine(argument: Argument): string {
  return `- \`${termOf(argument)}\`: ${argument.description}`;
}

function termOf(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionLine({ flags, description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? `; one of ${argChoices.join(', ')}` : '';
  const plain = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return `- \`${flags}\`: ${description}${choices}${plain ? ` (default: ${defaultValue})` : ''}`;
}
