/** What routing can optimise. */
export type ObjectiveName = 'cost' | 'reliability' | 'fairness' | 'speed' | 'quality';

export const OBJECTIVE_NAMES: readonly ObjectiveName[] = [
  'cost',
  'reliability',
  'fairness',
  'speed',
  'quality',
];

/** One objective with another for its ties, or several by weight (scaled to a sum of one). */
export type Objective =
  | { readonly primary: ObjectiveName; readonly secondary?: ObjectiveName }
  | { readonly weights: Readonly<Partial<Record<ObjectiveName, number>>> };

/** Where neither the request nor its virtual key nor a policy says anything else. */
export const DEFAULT_OBJECTIVE: Objective = { primary: 'reliability', secondary: 'fairness' };

/** `cost`, `cost then reliability`, `60 % cost, 40 % speed`. */
export function describeObjective(objective: Objective): string {
  if ('primary' in objective) {
    return objective.secondary ? `${objective.primary} then ${objective.secondary}` : objective.primary;
  }
  const named = OBJECTIVE_NAMES.map((name) => ({ name, weight: objective.weights[name] ?? 0 })).filter(
    ({ weight }) => weight > 0,
  );
  const sum = named.reduce((total, { weight }) => total + weight, 0);
  return named.map(({ name, weight }) => `${Math.round((weight / sum) * 100)} % ${name}`).join(', ');
}
