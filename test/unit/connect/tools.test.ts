import assert from 'node:assert/strict';
import { RouterError } from '../../../server/core/router-error.ts';
import { isDetected } from '../../../server/connect/detect.ts';
import { previewOf } from '../../../server/connect/preview.ts';
import type { Place, Tool } from '../../../server/connect/tool.ts';
import { TOOLS, toolById } from '../../../server/connect/tools.ts';
import { WIRING } from './connect-stage.ts';

const LINUX: Place = { platform: 'linux', home: '/home/me', env: {}, project: null, exists: () => false };
const MAC: Place = { ...LINUX, platform: 'darwin', home: '/Users/me' };
const WINDOWS: Place = {
  ...LINUX,
  platform: 'win32',
  home: 'C:\\Users\\me',
  env: { APPDATA: 'C:\\Users\\me\\AppData\\Roaming' },
};

function files(tool: Tool, place: Place): readonly string[] {
  return tool.plan(place, WIRING).files.map(({ file }) => file);
}

describe('The tools that can be connected', () => {
  for (const [id, linux, mac, windows] of [
    [
      'claude-code',
      '/home/me/.claude/settings.json',
      '/Users/me/.claude/settings.json',
      'C:\\Users\\me\\.claude\\settings.json',
    ],
    [
      'codex',
      '/home/me/.codex/config.toml',
      '/Users/me/.codex/config.toml',
      'C:\\Users\\me\\.codex\\config.toml',
    ],
    [
      'opencode',
      '/home/me/.config/opencode/opencode.jsonc',
      '/Users/me/.config/opencode/opencode.jsonc',
      'C:\\Users\\me\\.config\\opencode\\opencode.jsonc',
    ],
    [
      'kilocode',
      '/home/me/.config/kilo/kilo.jsonc',
      '/Users/me/.config/kilo/kilo.jsonc',
      'C:\\Users\\me\\.config\\kilo\\kilo.jsonc',
    ],
    ['aider', '/home/me/.aider.conf.yml', '/Users/me/.aider.conf.yml', 'C:\\Users\\me\\.aider.conf.yml'],
    [
      'continue',
      '/home/me/.continue/models/apikeyrouter.yaml',
      '/Users/me/.continue/models/apikeyrouter.yaml',
      'C:\\Users\\me\\.continue\\models\\apikeyrouter.yaml',
    ],
    ['gemini-cli', '/home/me/.gemini/.env', '/Users/me/.gemini/.env', 'C:\\Users\\me\\.gemini\\.env'],
    [
      'qwen-code',
      '/home/me/.qwen/settings.json',
      '/Users/me/.qwen/settings.json',
      'C:\\Users\\me\\.qwen\\settings.json',
    ],
    [
      'zed',
      '/home/me/.config/zed/settings.json',
      '/Users/me/.config/zed/settings.json',
      'C:\\Users\\me\\AppData\\Roaming\\Zed\\settings.json',
    ],
  ] as const) {
    it(`finds ${id}'s file on each system`, () => {
      const tool = toolById(id);
      assert.equal(files(tool, LINUX)[0], linux);
      assert.equal(files(tool, MAC)[0], mac);
      assert.equal(files(tool, WINDOWS)[0], windows);
    });
  }

  for (const [id, env, file] of [
    ['claude-code', { CLAUDE_CONFIG_DIR: '/c' }, '/c/settings.json'],
    ['codex', { CODEX_HOME: '/c' }, '/c/config.toml'],
    ['opencode', { XDG_CONFIG_HOME: '/x' }, '/x/opencode/opencode.jsonc'],
    ['opencode', { OPENCODE_CONFIG: '/o/mine.json' }, '/o/mine.json'],
    ['kilocode', { KILO_CONFIG: '/k/mine.json' }, '/k/mine.json'],
    ['continue', { CONTINUE_GLOBAL_DIR: '/c' }, '/c/models/apikeyrouter.yaml'],
    ['gemini-cli', { GEMINI_CLI_HOME: '/g' }, '/g/.gemini/.env'],
    ['zed', { XDG_CONFIG_HOME: '/x' }, '/x/zed/settings.json'],
  ] as const) {
    it(`follows ${Object.keys(env).join()} to ${id}'s file`, () => {
      assert.equal(files(toolById(id), { ...LINUX, env })[0], file);
    });
  }

  for (const [id, file] of [
    ['claude-code', '/project/.claude/settings.local.json'],
    ['opencode', '/project/.opencode/opencode.jsonc'],
    ['kilocode', '/project/.kilo/kilo.jsonc'],
    ['aider', '/project/.aider.conf.yml'],
    ['continue', '/project/.continue/models/apikeyrouter.yaml'],
    ['gemini-cli', '/project/.gemini/.env'],
    ['qwen-code', '/project/.qwen/settings.json'],
  ] as const) {
    it(`has a file of ${id}'s for a project`, () => {
      assert.equal(files(toolById(id), { ...LINUX, project: '/project' })[0], file);
    });
  }

  it('take the file that is there of several', () => {
    const place: Place = { ...LINUX, exists: (file) => file.endsWith('opencode.json') };
    assert.deepEqual(files(toolById('opencode'), place), ['/home/me/.config/opencode/opencode.json']);
  });

  for (const tool of TOOLS) {
    it(`${tool.name} gets the key and the address, in files or as steps`, () => {
      const { files: plans, steps } = tool.plan(LINUX, WIRING);
      const told = [...plans.map(previewOf), ...steps.map(({ value }) => value ?? '')].join('\n');
      assert.ok(told.includes(WIRING.token) && told.includes(WIRING.url));
      assert.match(tool.docs, /^https:\/\//);
    });

    it(`${tool.name} is found by its program, and by what it leaves behind`, () => {
      assert.ok(!isDetected(tool, LINUX));
      const env = { PATH: '/bin:/opt/bin' };
      const onPath = { ...LINUX, env, exists: (file: string) => file === `/opt/bin/${tool.programs[0]}` };
      assert.ok(isDetected(tool, onPath));
      const sign = tool.signs(LINUX)[0];
      assert.ok(isDetected(tool, { ...LINUX, exists: (file) => file === sign }));
      const cmd = `C:\\npm\\${tool.programs[0]}.cmd`;
      assert.ok(isDetected(tool, { ...WINDOWS, env: { Path: 'C:\\npm' }, exists: (file) => file === cmd }));
    });
  }

  it('that have to be told models get those for conversations', () => {
    const models = ['gpt-5', 'text-embedding-3-small', 'whisper-1', 'claude-sonnet-5'].map((id) => ({
      id,
      contextLength: null,
    }));
    const [plan] = toolById('opencode').plan(LINUX, { ...WIRING, model: null, models }).files;
    const listed = plan?.edits.find(({ path }) => path.at(-1) === 'models')?.value;
    assert.deepEqual(Object.keys(listed ?? {}), ['gpt-5', 'claude-sonnet-5']);
    assert.throws(
      () => toolById('zed').plan(LINUX, { ...WIRING, model: null, models: [] }),
      (error: unknown) => error instanceof RouterError && /Add a key first.*--model/.test(error.message),
    );
  });

  it('are named where one is not known', () => {
    assert.throws(
      () => toolById('emacs'),
      /There is no tool "emacs"\. Known: claude-code, codex, .*apikeyrouter env/,
    );
  });
});
