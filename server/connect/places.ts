import path from 'node:path';
import type { Place } from './tool.ts';

/** Joins names as the place's own system does. */
export function join(place: Place, ...names: readonly string[]): string {
  return (place.platform === 'win32' ? path.win32 : path.posix).join(...names);
}

/** A folder that a variable names, else one in the user's home. */
export function homeFolder(place: Place, variable: string, ...names: readonly string[]): string {
  return place.env[variable] || join(place, place.home, ...names);
}

/** `XDG_CONFIG_HOME`, else `~/.config`, on every system: so do the tools that follow XDG. */
export function configFolder(place: Place): string {
  return homeFolder(place, 'XDG_CONFIG_HOME', '.config');
}

/** Windows' folder of application settings. */
export function roamingFolder(place: Place): string {
  return homeFolder(place, 'APPDATA', 'AppData', 'Roaming');
}

/** The first file of a few that exists, else the first. */
export function firstExisting(place: Place, files: readonly [string, ...string[]]): string {
  return files.find((file) => place.exists(file)) ?? files[0];
}
