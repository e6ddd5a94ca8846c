import {
  CancellationTokenSource,
  type CancellationToken,
  type InputBoxValidationMessage,
  InputBoxValidationSeverity,
  type QuickInputButton,
  QuickInputButtons,
  window,
} from 'vscode';
import { type StepOutcome, type StepPosition, placeStep, showUntilSettled } from './steps.ts';

/** What is wrong with an input: the sentence, and whether it may be accepted nevertheless. */
export type Objection = string | InputBoxValidationMessage | undefined;

/** A question that is answered with a line of text. */
export interface TextQuestion {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly hidden?: true;
  readonly buttons?: readonly (QuickInputButton & { readonly run: () => void })[];
  /** Judges at each keystroke. An empty input is not objected to before the person tries to accept it. */
  validate(value: string): Objection;
  /**
   * Takes the answer. Work that takes long runs while the box shows that it is busy; leaving the box cancels the token.
   * An objection keeps the box open, with the input in it.
   */
  accept(value: string, token: CancellationToken): Promise<Objection> | undefined;
  /** Shown in place of the prompt while `accept` works. */
  readonly busyPrompt?: string;
}

/** Asks for a line of text. */
export async function textStep(position: StepPosition, question: TextQuestion): Promise<StepOutcome> {
  const box = window.createInputBox();
  const buttons = question.buttons ?? [];
  box.buttons = [...placeStep(box, position), ...buttons];
  box.prompt = question.prompt;
  box.placeholder = question.placeholder;
  box.value = question.value;
  box.password = question.hidden === true;
  const work = new CancellationTokenSource();
  const accept = async (): Promise<boolean> => {
    const value = box.value.trim();
    const objection = question.validate(value);
    box.validationMessage = objection;
    if (blocks(objection)) return false;
    const answer = question.accept(value, work.token);
    if (!answer) return true;
    box.busy = true;
    box.enabled = false;
    box.validationMessage = undefined;
    box.prompt = question.busyPrompt ?? question.prompt;
    try {
      const refusal = await answer;
      box.validationMessage = refusal;
      return refusal === undefined;
    } finally {
      box.busy = false;
      box.enabled = true;
      box.prompt = question.prompt;
    }
  };
  try {
    return await showUntilSettled(box, (settle, fail) => [
      box.onDidChangeValue((value) => {
        box.validationMessage = value === '' ? undefined : question.validate(value.trim());
      }),
      box.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) settle('back');
        else buttons.find((own) => own === button)?.run();
      }),
      box.onDidAccept(() => {
        if (!box.enabled) return;
        accept().then((accepted) => {
          if (accepted) settle('next');
        }, fail);
      }),
    ]);
  } finally {
    work.cancel();
    work.dispose();
  }
}

function blocks(objection: Objection): boolean {
  if (objection === undefined || typeof objection === 'string') return objection !== undefined;
  return objection.severity === InputBoxValidationSeverity.Error;
}
