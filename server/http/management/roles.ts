import type { ManagementRole } from '../../../shared/model/records.ts';
import type { Manager } from '../../core/admin/management-tokens.ts';
import { RouterError } from '../../core/router-error.ts';

const RANK: Readonly<Record<ManagementRole, number>> = { read: 0, operate: 1, admin: 2 };

/** Throws `RouterError('role_insufficient')` unless the role is enough. */
export function requireRole({ name, role }: Manager, needed: ManagementRole): void {
  if (RANK[role] >= RANK[needed]) return;
  const message = `The management token "${name}" has the role ${role}; this takes ${needed}. Use another token.`;
  throw new RouterError('role_insufficient', message);
}
