import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** One place in the tree of commands, and the words that may come next there. */
interface Place {
  /** The commands so far: `keys add`; empty at the root. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

/** A script that completes the commands and options of a program, made of the program itself. */
export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const name = program.name();
  const places = placesOf(program, [], optionsOf(program));
  switch (shell) {
    case 'bash':
      return bash(name, places);
    case 'zsh':
      return zsh(name, places);
    case 'fish':
      return fish(name, places);
    case 'powershell':
      return powershell(name, places);
  }
}

/** Options of the root are good everywhere. */
function placesOf(command: Command, path: readonly string[], everywhere: Place['words']): readonly Place[] {
  const children = command.commands.map((child) => ({
    word: child.name(),
    description: child.description(),
  }));
  const own = path.length === 0 ? [] : optionsOf(command);
  const help = [{ word: '--help', description: 'Show what is possible' }];
  const here = { path: path.join(' '), words: [...children, ...own, ...everywhere, ...help] };
  return [here, ...command.commands.flatMap((child) => placesOf(child, [...path, child.name()], everywhere))];
}

function optionsOf(command: Command): Place['words'] {
  return command.options.map(({ long, short, description }) => ({
    word: long ?? short ?? '',
    description,
  }));
}

function wordsOf({ words }: Place): string {
  return words.map(({ word }) => word).join(' ');
}

function paths(places: readonly Place[]): readonly string[] {
  return places.map(({ path }) => path).filter((path) => path !== '');
}

function bash(name: string, places: readonly Place[]): string {
  return `# Completion of ${name} for bash. In ~/.bashrc: eval "$(${name} completion bash)"
_${name}() {
  local place="" word i words=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${place:+$place }$word" in
      ${paths(places)
        .map((path) => `"${path}"`)
        .join(' | ')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${places.map((place) => `    "${place.path}") words="${wordsOf(place)}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh. In ~/.zshrc, after compinit: eval "$(${name} completion zsh)"
_${name}() {
  local place="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${place:+$place }$word" in
      (${paths(places)
        .map((path) => `"${path}"`)
        .join(' | ')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${places.map((place) => `    ("${place.path}") compadd -- ${wordsOf(place)} ;;`).join('\n')}
  esac
  _files
}
compdef _${name} ${name}
`;
}

function fish(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) =>
    words.map(
      ({ word, description }) =>
        `complete -c ${name} -n '__${name}_at "${path}"' ${fishWord(word)} -d '${description.replace(/['\\]/g, '\\$&')}'`,
    ),
  );
  return `# Completion of ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function __${name}_at
  set -l place
  for word in (commandline -opc)[2..]
    contains -- (string join ' ' $place $word) ${paths(places)
      .map((path) => `'${path}'`)
      .join(' ')}; and set -a place $word
  end
  test "$place" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function fishWord(word: string): string {
  return word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
}

function powershell(name: string, places: readonly Place[]): string {
  const table = places.map((place) => `    '${place.path}' = '${wordsOf(place)}'`).join('\n');
  return `# Completion of ${name} for PowerShell. In $PROFILE: ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${name} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${table}
  }
  $place = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $next = "$place $element".Trim()
    if ($places.ContainsKey($next)) { $place = $next }
  }
  $places[$place] -split ' ' | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
