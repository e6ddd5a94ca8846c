import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { RouterError } from '../../../server/core/router-error.ts';
import { stateOf, writeConnection } from '../../../server/connect/connections.ts';
import { CLAUDE_CODE } from '../../../server/connect/tools/claude-code.ts';
import { CODEX } from '../../../server/connect/tools/codex.ts';
import { GEMINI_CLI } from '../../../server/connect/tools/gemini-cli.ts';
import { OPENCODE } from '../../../server/connect/tools/opencode.ts';
import { ConnectStage, sample, WIRING } from './connect-stage.ts';

describe('A connection', () => {
  let stage: ConnectStage;
  let settings: string;

  beforeEach(async () => {
    stage = await ConnectStage.create();
    settings = path.join(stage.home, '.claude', 'settings.json');
  });
  afterEach(() => stage.folder.remove());

  function text(file = settings): string {
    return readFileSync(file, 'utf8');
  }

  function refusal(work: () => unknown): RouterError {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof RouterError, String(error));
      return error;
    }
    throw new Error('It was not refused.');
  }

  it('makes what is missing, for its owner only, and removes it again', () => {
    stage.connect(CLAUDE_CODE);
    const { env, model } = JSON.parse(text()) as { env: Record<string, string>; model: string };
    assert.deepEqual(env, {
      ANTHROPIC_BASE_URL: WIRING.url,
      ANTHROPIC_AUTH_TOKEN: WIRING.token,
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'gpt-5',
    });
    assert.equal(model, 'gpt-5');
    if (process.platform !== 'win32') assert.equal(statSync(settings).mode & 0o777, 0o600);
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'removed');
    assert.ok(!existsSync(stage.home));
  });

  it('leaves a folder that somebody put something into', () => {
    stage.connect(CLAUDE_CODE);
    stage.write(path.join(stage.home, '.claude', 'CLAUDE.md'), 'mine');
    stage.disconnect(CLAUDE_CODE);
    assert.ok(!existsSync(settings));
    assert.equal(text(path.join(stage.home, '.claude', 'CLAUDE.md')), 'mine');
  });

  it('keeps its records where only the owner looks', () => {
    stage.write(settings, '{ "env": { "ANTHROPIC_API_KEY": "sk-ant-mine" } }');
    stage.connect(CLAUDE_CODE);
    if (process.platform === 'win32') return;
    const folder = stage.folder.file('data', 'connections');
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(path.join(folder, 'claude-code.json')).mode & 0o777, 0o600);
  });

  it('keeps a mode, and follows a link instead of replacing it', () => {
    const real = stage.folder.file('dotfiles', 'claude.json');
    stage.write(real, '{}\n');
    chmodSync(real, 0o640);
    mkdirSync(path.dirname(settings), { recursive: true });
    symlinkSync(real, settings);
    const prepared = stage.prepare(CLAUDE_CODE);
    assert.match(prepared.notes.join(), /Other users of this machine can read .*claude\.json.*chmod 600/);
    stage.connect(CLAUDE_CODE);
    assert.ok(lstatSync(settings).isSymbolicLink());
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.ok(text(real).includes(WIRING.token));
    stage.disconnect(CLAUDE_CODE);
    assert.ok(lstatSync(settings).isSymbolicLink());
    assert.equal(text(real), '{}\n');
  });

  it('leaves a value alone that somebody changed since, says so, and takes back the others', () => {
    stage.write(settings, sample('claude-code.json'));
    stage.connect(CLAUDE_CODE);
    stage.write(settings, text().replace(WIRING.url, 'http://127.0.0.1:9999').replace('"gpt-5"', '"sonnet"'));
    const [undone] = stage.disconnect(CLAUDE_CODE);
    assert.equal(undone?.result, 'undone');
    assert.deepEqual(undone.kept, ['env.ANTHROPIC_BASE_URL', 'model']);
    const left = text();
    assert.match(left, /"ANTHROPIC_BASE_URL": "http:\/\/127\.0\.0\.1:9999"/);
    assert.match(left, /"model": "sonnet"/);
    assert.match(left, /"ANTHROPIC_API_KEY":"sk-ant-api03-mine"/);
    assert.match(left, /"CLAUDE_CODE_USE_BEDROCK": "1"/);
    assert.ok(!left.includes(WIRING.token));
  });

  it('is no longer whole once a value was changed or the file is gone', () => {
    const record = stage.connect(CLAUDE_CODE);
    assert.ok(record !== 'unchanged');
    assert.equal(stateOf(record), 'connected');
    stage.write(settings, text().replace(WIRING.token, 'other'));
    assert.equal(stateOf(record), 'changed');
    rmSync(settings);
    assert.equal(stateOf(record), 'changed');
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'removed');
  });

  it('does not bring back a file that somebody removed', () => {
    stage.write(settings, '{}\n');
    stage.connect(CLAUDE_CODE);
    rmSync(settings);
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'gone');
    assert.ok(!existsSync(settings));
  });

  it('to another port or model, made over the first, is still undone to what was there at first', () => {
    stage.write(settings, sample('claude-code.json'));
    stage.connect(CLAUDE_CODE);
    stage.connect(CLAUDE_CODE, { url: 'http://127.0.0.1:1234', model: 'claude-opus-5-5' });
    assert.ok(!text().includes(WIRING.url));
    assert.match(text(), /claude-opus-5-5/);
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'restored');
    assert.equal(text(), sample('claude-code.json'));
  });

  it('made over one that was changed since keeps the change when it is undone', () => {
    const mine = '{\n  "model": "opus"\n}\n';
    stage.write(settings, mine);
    stage.connect(CLAUDE_CODE);
    stage.write(settings, text().replace('{\n', '{\n  "theme": "dark",\n'));
    assert.equal(stage.connect(CLAUDE_CODE), 'unchanged');
    stage.connect(CLAUDE_CODE, { url: 'http://127.0.0.1:1234' });
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'restored');
    assert.equal(text(), mine.replace('{\n', '{\n  "theme": "dark",\n'));
  });

  it('moves with the file that the tool reads', () => {
    stage.connect(OPENCODE);
    const folder = path.join(stage.home, '.config', 'opencode');
    const first = path.join(folder, 'opencode.jsonc');
    assert.ok(text(first).includes(WIRING.token));
    rmSync(first);
    stage.write(path.join(folder, 'opencode.json'), '{}\n');
    stage.connect(OPENCODE);
    assert.ok(text(path.join(folder, 'opencode.json')).includes(WIRING.token));
    stage.disconnect(OPENCODE);
    assert.equal(text(path.join(folder, 'opencode.json')), '{}\n');
  });

  it('that broke off between its record and its file is undone without harm', () => {
    const mine = '{ "model": "opus" }';
    stage.write(settings, mine);
    stage.connect(CLAUDE_CODE);
    stage.write(settings, mine);
    assert.equal(stage.disconnect(CLAUDE_CODE)[0]?.result, 'restored');
    assert.equal(text(), mine);
  });

  it('puts the first file right where the second one can not be written', () => {
    const env = path.join(stage.home, '.gemini', '.env');
    stage.write(env, 'A=1\n');
    const broken = '{ "security": ';
    stage.write(path.join(stage.home, '.gemini', 'settings.json'), broken);
    const error = refusal(() => stage.connect(GEMINI_CLI));
    assert.match(error.message, /settings\.json was left as it was\. Line 1 is not valid JSON/);
    assert.equal(text(env), 'A=1\n');
    assert.equal(stage.records.find('gemini-cli', null), null);
  });

  it('stays as it was where a new one can not be written', () => {
    const folder = path.join(stage.home, '.gemini');
    stage.write(path.join(folder, '.env'), 'A=1\n');
    stage.connect(GEMINI_CLI);
    const env = text(path.join(folder, '.env'));
    const prepared = stage.prepare(GEMINI_CLI, { url: 'http://127.0.0.1:1234', model: 'gemini-2.5-pro' });
    // Between the two a folder takes the place of the second file.
    rmSync(path.join(folder, 'settings.json'));
    mkdirSync(path.join(folder, 'settings.json'));
    const error = refusal(() => writeConnection(prepared, stage.records, { virtualKeyId: 'vk_1', now: 1 }));
    assert.match(error.message, /settings\.json can't be used/);
    assert.equal(text(path.join(folder, '.env')), env);
    assert.equal(stage.records.find('gemini-cli', null)?.url, WIRING.url);
  });

  for (const [what, content, reason] of [
    ['no valid JSON', '{ "env": { "A": 1 }', /Line 1 is not valid JSON/],
    ['no object', '[1]', /not a JSON object/],
    ['a value where settings should be', '{ "env": "none" }', /"env" is not an object/],
    ['a name twice', '{ "env": {"A": "1"}, "env": {"B": "2"}, "model": "x" }', null],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /is not UTF-8 text/],
  ] as const) {
    it(`handles a file with ${what}`, () => {
      stage.write(settings, content);
      const before = readFileSync(settings);
      if (reason) assert.match(refusal(() => stage.connect(CLAUDE_CODE)).message, reason);
      else {
        stage.connect(CLAUDE_CODE);
        stage.disconnect(CLAUDE_CODE);
      }
      assert.deepEqual(readFileSync(settings), before);
    });
  }

  for (const [what, content] of [
    ['no valid TOML', 'model = \n'],
    ['providers in one line', 'model_providers = { mine = { name = "x" } }\n'],
    ['a dotted provider', 'model_providers.apikeyrouter.name = "x"\n'],
  ] as const) {
    it(`leaves a file with ${what} alone`, () => {
      const config = path.join(stage.home, '.codex', 'config.toml');
      stage.write(config, content);
      const error = refusal(() => stage.connect(CODEX));
      assert.match(error.message, /config\.toml was left as it was\./);
      assert.equal(text(config), content);
    });
  }

  it('is refused for one project where a tool knows no such thing', () => {
    const error = refusal(() => stage.connect(CODEX, {}, stage.folder.path));
    assert.match(error.message, /Codex can't be connected for one project only\..*CODEX_HOME/);
  });

  describe('of a project', () => {
    let project: string;
    let local: string;

    beforeEach(() => {
      project = stage.folder.file('work');
      local = path.join(project, '.claude', 'settings.local.json');
      mkdirSync(project);
    });

    function git(...args: readonly string[]): void {
      execFileSync('git', ['-C', project, '-c', 'user.name=me', '-c', 'user.email=me@example.com', ...args], {
        stdio: 'ignore',
      });
    }

    it('is apart from that of all projects', () => {
      stage.connect(CLAUDE_CODE);
      stage.connect(CLAUDE_CODE, { token: 'akr-another' }, project);
      assert.ok(text(local).includes('akr-another'));
      assert.equal(stage.records.list().length, 2);
      stage.disconnect(CLAUDE_CODE, project);
      assert.ok(!existsSync(path.dirname(local)));
      assert.ok(text().includes(WIRING.token));
    });

    it('is refused where git tracks the file that would hold the key', () => {
      git('init');
      stage.write(local, '{}');
      git('add', '--force', '.');
      const error = refusal(() => stage.connect(CLAUDE_CODE, {}, project));
      assert.equal(error.code, 'conflict');
      assert.match(
        error.message,
        /git tracks .*settings\.local\.json, and a key must not get into a repository/,
      );
      assert.equal(text(local), '{}');
    });

    it('is refused where a link leads out of the project', () => {
      mkdirSync(path.dirname(local));
      stage.write(stage.folder.file('elsewhere.json'), '{}');
      symlinkSync(stage.folder.file('elsewhere.json'), local);
      const error = refusal(() => stage.connect(CLAUDE_CODE, {}, project));
      assert.match(error.message, /A link in the project leads to .*elsewhere\.json, outside of it/);
      assert.equal(text(stage.folder.file('elsewhere.json')), '{}');
    });

    it('says where git would take the key along, and nothing where it is ignored', () => {
      git('init');
      assert.match(stage.prepare(CLAUDE_CODE, {}, project).notes.join(), /git does not ignore .*local\.json/);
      stage.write(path.join(project, '.gitignore'), '.claude/settings.local.json\n');
      assert.deepEqual(stage.prepare(CLAUDE_CODE, {}, project).notes, []);
    });

    it('warns of a tracked file that gets no key', () => {
      git('init');
      stage.write(path.join(project, '.gitignore'), '.env\n');
      stage.write(path.join(project, '.gemini', 'settings.json'), '{}');
      git('add', '.');
      const { notes } = stage.prepare(GEMINI_CLI, {}, project);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? '', /git tracks .*settings\.json: don't commit the change/);
    });
  });
});
