import type { Dialogue, MediaSource, Part } from './dialogue.ts';
import type { Warnings } from './warnings.ts';

/** Reads an address as OpenAI's protocols have them: a data URL has the bytes, any other says where they are. */
export function readMediaUrl(url: string): MediaSource {
  const found = /^data:([^;,]+)(?:;[^,]*)?,/.exec(url.slice(0, 256));
  if (!found?.[1]) return { kind: 'url', url };
  return { kind: 'base64', mediaType: found[1], data: url.slice(found[0].length) };
}

/** The address of the source: its own, or a data URL. */
export function mediaUrl(source: MediaSource): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
};

/** The media type by an address's ending, else `fallback`. */
export function mediaTypeOf(url: string, fallback: string): string {
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return TYPES[ending] ?? fallback;
}

/** OpenAI's hint at how closely images are to be looked at, which others don't have. */
export function warnOfDetail({ turns }: Dialogue, warnings: Warnings): void {
  const hinted = (part: Part): boolean =>
    part.type === 'image'
      ? (part.detail ?? 'auto') !== 'auto'
      : part.type === 'tool_result' && part.parts.some(hinted);
  if (turns.some(({ parts }) => parts.some(hinted))) warnings.leftOut('detail of an image');
}
