import { QuickInputButtons, type QuickPickItem, window } from 'vscode';
import { type StepOutcome, type StepPosition, placeStep, showUntilSettled } from './steps.ts';

/** A question with a fixed list of answers. */
export interface PickQuestion<T extends QuickPickItem> {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** The answer given before, when the person came back. */
  readonly chosen: T | undefined;
  choose(item: T): void;
}

/** Asks for one item of a list. */
export function pickStep<T extends QuickPickItem>(
  position: StepPosition,
  question: PickQuestion<T>,
): Promise<StepOutcome> {
  const pick = window.createQuickPick<T>();
  pick.buttons = placeStep(pick, position);
  pick.placeholder = question.placeholder;
  pick.matchOnDescription = true;
  pick.items = question.items;
  if (question.chosen) pick.activeItems = [question.chosen];
  return showUntilSettled(pick, (settle) => [
    pick.onDidTriggerButton((button) => {
      if (button === QuickInputButtons.Back) settle('back');
    }),
    pick.onDidAccept(() => {
      const item = pick.activeItems[0];
      if (!item) return;
      question.choose(item);
      settle('next');
    }),
  ]);
}
