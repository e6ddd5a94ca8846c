import type { AnswerPipe } from '../ports/translator.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import type { NotAdmitted } from './admission.ts';
import type { RequestRun } from './request-run.ts';
import type { RouterParts } from './router-parts.ts';

/** How an answer comes back to a caller who speaks another protocol. */
export interface AnswerTranslation {
  /** The media type that the caller's protocol has for it. */
  readonly type: string;
  open(): AnswerPipe;
}

/** A candidate whose form is what is sent. */
export interface PreparedCandidate {
  readonly ok: true;
  readonly candidate: RouteCandidate;
  readonly answer: AnswerTranslation | null;
}

/** Writes the request in the candidate's protocol, or takes out of it what only other providers can read. */
export function prepareCandidate(
  { translator, clock, bound }: Pick<RouterParts, 'translator' | 'clock' | 'bound'>,
  run: RequestRun,
  candidate: RouteCandidate,
): PreparedCandidate | NotAdmitted {
  const { translateTo, form, key, model } = candidate;
  const { request } = run;
  const foreign = new Set(run.reasoningRefused ? run.signatures : bound.foreign(key, run.signatures));
  if (translateTo === null) {
    const removed = translator.withoutForeignParts(form, foreign);
    if (!removed) return { ok: true, candidate, answer: null };
    for (const warning of removed.warnings) run.warnings.add(warning);
    return { ok: true, candidate: { ...candidate, form: removed.form }, answer: null };
  }
  const { protocol } = form.codec;
  const { kind } = key.adapter;
  // Whoever can read it all is sent the same.
  const readers = foreign.size === 0 ? 'any' : run.reasoningRefused ? 'none' : key.account;
  const name = `${translateTo} ${kind} ${model} ${readers}`;
  const translated =
    run.translations.get(name) ?? translator.translate(form, translateTo, { model, kind, foreign });
  run.translations.set(name, translated);
  if (!translated.ok) {
    const { code, message } = translated;
    return { ok: false, kind: 'untranslatable', failure: { code, status: 400, message, final: true } };
  }
  for (const warning of translated.warnings) run.warnings.add(warning);
  run.edits.add(`translated from ${protocol} to ${translateTo}`);
  return {
    ok: true,
    candidate: { ...candidate, form: translated.form },
    answer: {
      type: translated.answerType(request.query),
      open: () => translated.openPipe({ requestId: request.id, now: clock.now(), query: request.query }),
    },
  };
}
