import { type Disposable, type QuickInputButton, QuickInputButtons, type QuickInput } from 'vscode';

/** How a person left one step of a dialogue. */
export type StepOutcome = 'next' | 'back' | 'cancel';

/** Where a step stands in its dialogue. */
export interface StepPosition {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** One question. It keeps the answer itself, so that going back shows it again. */
export type Step = (position: StepPosition) => Promise<StepOutcome>;

/**
 * Asks questions one after the other, with a way back. The list of steps is asked for anew after each answer, since an
 * answer may add steps. Returns `false` if the person gave up.
 */
export async function runSteps(title: string, steps: () => readonly Step[]): Promise<boolean> {
  let index = 0;
  for (;;) {
    const list = steps();
    const step = list[index];
    if (!step) return true;
    const outcome = await step({ title, step: index + 1, totalSteps: list.length });
    if (outcome === 'cancel') return false;
    index += outcome === 'next' ? 1 : -1;
  }
}

/** Sets what all steps have in common on an input that was just made. */
export function placeStep(input: QuickInput, position: StepPosition): readonly QuickInputButton[] {
  input.title = position.title;
  input.step = position.step;
  input.totalSteps = position.totalSteps;
  // A key is copied from a browser: losing the focus must not lose the dialogue.
  input.ignoreFocusOut = true;
  return position.step > 1 ? [QuickInputButtons.Back] : [];
}

/**
 * Shows an input until `settle` is called with an outcome, then disposes it and what was registered on it.
 * Rejects with what `fail` is called with.
 */
export async function showUntilSettled(
  input: QuickInput,
  register: (settle: (outcome: StepOutcome) => void, fail: (error: unknown) => void) => readonly Disposable[],
): Promise<StepOutcome> {
  let disposables: readonly Disposable[] = [];
  try {
    return await new Promise<StepOutcome>((resolve, reject) => {
      disposables = [input.onDidHide(() => resolve('cancel')), ...register(resolve, reject)];
      input.show();
    });
  } finally {
    for (const disposable of disposables) disposable.dispose();
    input.dispose();
  }
}
