import type { Report } from '../../../shared/model/report.ts';
import type { DailyLedger, Reports } from '../../core/ports/reports.ts';
import { RouterError } from '../../core/router-error.ts';

/** Reports are made of what is stored: in memory, where nothing lasts, there are none. */
export class MemoryReports implements Reports {
  async report(): Promise<Report> {
    throw nothingStored();
  }

  async daily(): Promise<DailyLedger> {
    throw nothingStored();
  }
}

function nothingStored(): RouterError {
  const message =
    'Reports are made of the stored ledger, and this daemon keeps everything in memory only. Start it with --store sqlite, or use its metrics.';
  return new RouterError('conflict', message);
}
