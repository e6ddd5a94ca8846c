import { RouterError } from '../core/router-error.ts';
import type { Tool } from './tool.ts';
import { AIDER } from './tools/aider.ts';
import { CLAUDE_CODE } from './tools/claude-code.ts';
import { CLINE } from './tools/cline.ts';
import { CODEX } from './tools/codex.ts';
import { CONTINUE } from './tools/continue.ts';
import { GEMINI_CLI } from './tools/gemini-cli.ts';
import { KILOCODE } from './tools/kilocode.ts';
import { OPENCODE } from './tools/opencode.ts';
import { QWEN_CODE } from './tools/qwen-code.ts';
import { VSCODE_CHAT } from './tools/vscode-chat.ts';
import { ZED } from './tools/zed.ts';

/** Every tool that can be connected. */
export const TOOLS: readonly Tool[] = [
  CLAUDE_CODE,
  CODEX,
  OPENCODE,
  CLINE,
  CONTINUE,
  AIDER,
  GEMINI_CLI,
  QWEN_CODE,
  KILOCODE,
  ZED,
  VSCODE_CHAT,
];

/** Throws `RouterError('not_found')` with the tools that there are. */
export function toolById(id: string): Tool {
  const tool = TOOLS.find((entry) => entry.id === id);
  if (tool) return tool;
  const known = TOOLS.map((entry) => entry.id).join(', ');
  throw new RouterError(
    'not_found',
    `There is no tool "${id}". Known: ${known}. For others "apikeyrouter env" says what to set.`,
  );
}
