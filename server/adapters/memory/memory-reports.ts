import type { Report } from '../../../shared/model/report.ts';
import type { Reports } from '../../core/ports/reports.ts';
import { RouterError } from '../../core/router-error.ts';

/** Reports are made of what is stored: in memory, where nothing lasts, there are none. */
export class MemoryReports implements Reports {
  async report(): Promise<Report> {
    const message =
      'Reports are made of the stored ledger, and this daemon keeps everything in memory only. Start it with --store sqlite, or use its metrics.';
    throw new RouterError('conflict', message);
  }
}
