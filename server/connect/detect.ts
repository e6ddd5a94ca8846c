import path from 'node:path';
import type { Place, Tool } from './tool.ts';

/** Whether a tool seems to be used here: its program is on the PATH, or it has left its files. */
export function isDetected(tool: Tool, place: Place): boolean {
  return (
    tool.signs(place).some((file) => place.exists(file)) ||
    tool.programs.some((name) => isOnPath(name, place))
  );
}

function isOnPath(program: string, { env, platform, exists }: Place): boolean {
  const windows = platform === 'win32';
  const style = windows ? path.win32 : path.posix;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(style.delimiter).filter((folder) => folder !== '');
  const endings = windows ? ['.exe', '.cmd', '.bat'] : [''];
  return folders.some((folder) => endings.some((ending) => exists(style.join(folder, program + ending))));
}
