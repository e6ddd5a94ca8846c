import { applyEdits } from './apply-edits.ts';
import { FORMATS } from './formats.ts';
import type { FilePlan } from './tool.ts';

/** What a file would get, as the text of a file that has nothing else. */
export function previewOf({ format, edits }: FilePlan): string {
  const wanted = edits.filter(({ onlyOver }) => !onlyOver);
  return applyEdits(FORMATS[format], '', wanted).text;
}
