import type { Clock } from '../../../core/ports/clock.ts';
import { type ReportParts, reportQuery, runReport } from '../report.ts';
import { type Route, route } from '../route.ts';
import { report } from '../schemas/report-answers.ts';

/** Who spent how much on what. */
export function reportRoutes(parts: ReportParts, clock: Clock): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/reports',
      id: 'getReport',
      tag: 'History',
      summary: 'Sums over the ledger: who spent how much on what.',
      role: 'read',
      query: reportQuery,
      answer: report,
      run: ({ query }) => runReport(parts, query, clock.now()),
    }),
  ];
}
