import type { Database } from '../../ledger/database.js';
import type { SecretBox } from '../../mail/secrets.js';
import type { SenderLimits } from './mapping.js';
import type { LegacyRecord } from './records.js';
import type { FileReport, LegacyReport } from './report.js';
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
  /** Called when another import is under way, whose end is waited for. */
  onWait?: () => void;
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
  /** Our list has been deleted since it was imported. */
  gone: boolean;
}

/** What the steps of one import share. */
export class ImportState {
  readonly report: LegacyReport;
  /** What earlier calls have imported, by kind and legacy ID. */
  private readonly earlier = new Map<string, string>();
  /** What this call has imported, or in a dry run would; in the order of its doing. */
  private readonly made = new Map<string, string>();
  /** Of senders that have none of their own. */
  limits: SenderLimits = {};
  readonly contactFiles: ContactFile[] = [];

  constructor(
    readonly database: Database,
    readonly secrets: SecretBox,
    readonly options: ImportOptions,
  ) {
    this.report = { dryRun: options.dryRun, complete: false, files: [], paused: 0, invitations: [] };
  }

  /** Reads what earlier calls have imported from this source. */
  async load(): Promise<void> {
    const { rows } = await this.database.pool.query<{ kind: Kind; legacy_id: string; resource_id: string }>(
      `SELECT kind, legacy_id, resource_id FROM legacy_records WHERE source = $1`,
      [this.options.source],
    );
    for (const row of rows) this.earlier.set(keyOf(row.kind, row.legacy_id), row.resource_id);
  }

  /** What a record became, in this call or an earlier one. */
  of(kind: Kind, legacyId: string): string | undefined {
    return this.madeNow(kind, legacyId) ?? this.earlier.get(keyOf(kind, legacyId));
  }

  /** What a record became in this call. */
  madeNow(kind: Kind, legacyId: string): string | undefined {
    return this.made.get(keyOf(kind, legacyId));
  }

  make(kind: Kind, legacyId: string, id: string): void {
    this.made.set(keyOf(kind, legacyId), id);
  }

  /** Notes where everything stands; what it answers goes back there, when the database has taken back what came after. */
  mark(report: FileReport): () => void {
    const { imported, already } = report;
    const { paused } = this.report;
    const { limits } = this;
    const lists: unknown[][] = [
      report.problems,
      report.skipped,
      report.remarks,
      this.report.invitations,
      this.contactFiles,
    ];
    const lengths = lists.map((list) => list.length);
    const made = this.made.size;
    return () => {
      Object.assign(report, { imported, already });
      this.report.paused = paused;
      this.limits = limits;
      lists.forEach((list, i) => (list.length = lengths[i] as number));
      for (const key of [...this.made.keys()].slice(made)) this.made.delete(key);
    };
  }
}

const keyOf = (kind: Kind, legacyId: string) => `${kind}/${legacyId}`;
