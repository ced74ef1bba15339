import type { Database } from '../../ledger/database.js';
import type { SecretBox } from '../../mail/secrets.js';
import type { SenderLimits } from './mapping.js';
import type { LegacyRecord } from './records.js';
import type { LegacyReport } from './report.js';
import type { LegacyList } from './shapes.js';

export interface ImportOptions {
  directory: string;
  /** Does everything and takes it back. */
  dryRun: boolean;
  /** The time zone of the old manager's server. */
  timeZone: string;
  /** A sender for campaigns whose accounts cannot be imported. */
  senderId?: string | undefined;
  /** Makes invitations for imported users who have no password. */
  invite: boolean;
  /** Tells several old managers apart. */
  source: string;
  publicUrl: string;
}

/** What records become, as `legacy_records` names it. */
export type Kind =
  'user' | 'sender' | 'list' | 'list-contacts' | 'template' | 'campaign' | 'automation' | 'notification';

/** A list whose contacts are to be imported once its file of lists has been. */
export interface ContactFile {
  /** Our list. */
  list: string;
  legacyId: string;
  record: LegacyRecord;
  value: LegacyList;
}

/** What the steps of one import share. */
export class ImportState {
  readonly report: LegacyReport;
  /** What has been imported, by kind and legacy ID. In a dry run also what would be. */
  private readonly known = new Map<string, string>();
  /** Of senders that have none of their own. */
  limits: SenderLimits = {};
  readonly contactFiles: ContactFile[] = [];

  constructor(
    readonly database: Database,
    readonly secrets: SecretBox,
    readonly options: ImportOptions,
  ) {
    this.report = { dryRun: options.dryRun, files: [], paused: 0, invitations: [] };
  }

  /** Reads what earlier calls have imported from this source. */
  async load(): Promise<void> {
    const { rows } = await this.database.pool.query<{ kind: Kind; legacy_id: string; resource_id: string }>(
      `SELECT kind, legacy_id, resource_id FROM legacy_records WHERE source = $1`,
      [this.options.source],
    );
    for (const row of rows) this.know(row.kind, row.legacy_id, row.resource_id);
  }

  of(kind: Kind, legacyId: string): string | undefined {
    return this.known.get(`${kind}/${legacyId}`);
  }

  know(kind: Kind, legacyId: string, id: string): void {
    this.known.set(`${kind}/${legacyId}`, id);
  }
}
