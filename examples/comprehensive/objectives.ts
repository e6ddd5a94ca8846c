import type { Objective, ObjectiveName } from 'apikeyrouter';
import { counts } from '../support/print.ts';
import { askOften, type Tour } from './tour.ts';

const OBJECTIVES: readonly (readonly [name: string, objective: ObjectiveName | Objective])[] = [
  ['fairness', 'fairness'],
  ['reliability', 'reliability'],
  ['cost', 'cost'],
  ['speed', 'speed'],
  ['70 % cost, 30 % speed', { weights: { cost: 0.7, speed: 0.3 } }],
];

/** 5. Six requests by each objective: who answers? */
export async function showObjectives(tour: Tour): Promise<void> {
  for (const [name, objective] of OBJECTIVES) {
    console.log(`   By ${name}: ${counts(await askOften(tour, 6, { objective }))}`);
  }
}
