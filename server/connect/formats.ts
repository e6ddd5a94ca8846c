import type { ConfigFormat } from './config-format.ts';
import { DOTENV } from './formats/dotenv.ts';
import { JSONC } from './formats/jsonc.ts';
import { TOML } from './formats/toml.ts';
import { YAML } from './formats/yaml.ts';
import type { FormatName } from './tool.ts';

export const FORMATS: Readonly<Record<FormatName, ConfigFormat>> = {
  jsonc: JSONC,
  toml: TOML,
  yaml: YAML,
  dotenv: DOTENV,
};
