import { RouterError } from '../core/router-error.ts';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The shell that a command was called from, as far as its variables tell. */
export function shellOf(env: Readonly<Record<string, string | undefined>>, platform: string): Shell {
  const name = /[^\\/]*$/.exec(env['SHELL'] ?? '')?.[0] ?? '';
  if (name === 'fish' || name === 'zsh' || name === 'bash') return name;
  return platform === 'win32' ? 'powershell' : 'bash';
}

/** Lines that set variables, to be evaluated by the shell. */
export function exportLines(shell: Shell, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (/['\r\n]/.test(value)) throw new RouterError('internal', `The value of ${name} can't be quoted.`);
      if (shell === 'powershell') return `$env:${name} = '${value}'`;
      return shell === 'fish' ? `set -gx ${name} '${value}'` : `export ${name}='${value}'`;
    })
    .join('\n');
}
