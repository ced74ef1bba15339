import { Inject, Injectable } from '@nestjs/common';
import { sql, type SqlBool } from 'kysely';
import type { Config } from '../../config.js';
import { leastSendingSeconds } from '../../domain/sendingTime.js';
import type { Database } from '../../ledger/database.js';
import { notAmong, reached } from '../../ledger/deliveries/reached.js';
import { connectionOf } from '../../ledger/senders/connection.js';
import type { SecretBox } from '../../mail/secrets.js';
import { SecretError } from '../../mail/secrets.js';
import { compileContent, TemplateSyntaxError, type CompiledContent } from '../../mail/template.js';
import { connectionRefusal } from '../senders/mailer.js';
import { CONFIG, DATABASE, SECRETS } from '../common/tokens.js';
import { exampleContact, exampleSender, preview } from '../content/preview.js';
import type { CampaignCheck } from './schemas.js';
import { CampaignsService } from './service.js';

/** What a run of a campaign would do now, found out without sending anything. */
@Injectable()
export class CampaignCheckService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SECRETS) private readonly secrets: SecretBox,
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
  ) {}

  async check(id: string): Promise<CampaignCheck> {
    const { campaign, content } = await this.campaigns.withContent(id);
    const errors: string[] = [];
    const warnings: string[] = [];

    let compiled: CompiledContent | undefined;
    if (!content) errors.push('The template has been deleted.');
    else {
      try {
        compiled = compileContent(content);
      } catch (error) {
        if (!(error instanceof TemplateSyntaxError)) throw error;
        errors.push(`The content has a mistake: ${error.message}.`);
      }
    }

    const used = compiled?.usedVariables() ?? [];
    const perContact = used.flatMap((name) => {
      const path = contactPath(name);
      return path ? [{ name, path }] : [];
    });
    const figures = await this.figures(id, campaign.audience, perContact);
    if (figures.recipients === 0) errors.push('Nobody would get it: the lists have no contacts that may be mailed.');
    for (const { name, missing } of figures.variables) {
      if (missing > 0) warnings.push(`${missing} of ${figures.recipients} recipients have no value for {{ ${name} }}.`);
    }

    const { senders, limits, example } = await this.senders(campaign.senderIds);
    for (const s of senders)
      if (!s.usable)
        (senders.length === 1 ? errors : warnings).push(`Sender "${s.name}" cannot be used: ${s.problem}.`);
    if (senders.length > 1 && senders.every((s) => !s.usable)) errors.push('No sender can be used.');
    if (senders.length === 0) errors.push('The campaign has no sender.');

    let bytes: number | null = null;
    if (compiled && content) {
      const rendered = preview(compiled, {
        contact: exampleContact,
        campaignName: campaign.name,
        scheduledFor: new Date(),
        sender: example ?? exampleSender,
        unsubscribeUrl: `${this.config.publicUrl}/u/${'0'.repeat(64)}`,
        attachments: content.attachments ?? [],
      });
      bytes = rendered.bytes;
      // What recipients lack is counted above; of the example it says nothing.
      warnings.push(...rendered.warnings.filter((w) => !w.includes('has no value for this contact')));
    }
    const leastSeconds = leastSendingSeconds(figures.recipients, limits);
    if (leastSeconds !== null && leastSeconds > 86_400) {
      warnings.push(`The senders' limits make it last at least ${Math.round(leastSeconds / 8640) / 10} days.`);
    }
    return { ready: errors.length === 0, ...figures, bytes, senders, leastSeconds, errors, warnings };
  }

  /**
   * The audience as the snapshot of a run would fix it (src/ledger/deliveries/snapshotAudience.ts), counted in one statement: per variable,
   * how many recipients have no value, or an empty one.
   */
  private async figures(
    campaignId: string,
    audience: string,
    variables: readonly { name: string; path: string[] }[],
  ): Promise<Pick<CampaignCheck, 'recipients' | 'contacts' | 'suppressed' | 'alreadyReceived' | 'variables'>> {
    const missing = variables.map(({ path }, i) => {
      const value = path[0] === 'attributes' ? sql`a.attributes #>> ${path.slice(1)}::text[]` : sql`a.name`;
      return sql`count(*) FILTER (WHERE mailed AND coalesce(${value}, '') = '')::int AS ${sql.ref(`missing_${i}`)}`;
    });
    const others =
      audience === 'not-yet-received'
        ? sql`SELECT d.contact_id, lower(d.email) AS address FROM runs r JOIN deliveries d ON d.run_id = r.id
             WHERE r.campaign_id = ${campaignId} AND ${sql.raw(reached)}`
        : sql`SELECT NULL::uuid AS contact_id, NULL::text AS address WHERE false`;
    const { rows } = await sql<Record<string, number>>`
      WITH received AS MATERIALIZED (${others})
      SELECT count(*)::int AS contacts, count(*) FILTER (WHERE suppressed)::int AS suppressed,
             count(*) FILTER (WHERE NOT suppressed AND received)::int AS received, count(*) FILTER (WHERE mailed)::int AS recipients
             ${missing.length > 0 ? sql`, ${sql.join(missing)}` : sql``}
        FROM (SELECT b.*, NOT b.suppressed AND NOT b.received AS mailed
                FROM (SELECT c.name, c.attributes, EXISTS (SELECT FROM suppressions s WHERE s.address = c.address) AS suppressed,
                             NOT (${sql.raw(notAmong('received', 'c'))}) AS received
                        FROM contacts c
                       WHERE c.id IN (SELECT lc.contact_id
                                        FROM campaign_lists cl
                                        JOIN lists l ON l.id = cl.list_id AND l.deleted_at IS NULL
                                        JOIN list_contacts lc ON lc.list_id = cl.list_id
                                       WHERE cl.campaign_id = ${campaignId})) AS b) AS a`.execute(this.database.db);
    const row = rows[0] as Record<string, number>;
    return {
      recipients: row.recipients ?? 0,
      contacts: row.contacts ?? 0,
      suppressed: row.suppressed ?? 0,
      alreadyReceived: row.received ?? 0,
      variables: variables.map(({ name }, i) => ({ name, missing: row[`missing_${i}`] ?? 0 })),
    };
  }

  private async senders(ids: readonly string[]) {
    const rows = await this.database.db
      .selectFrom('senders')
      .selectAll()
      .where(sql<SqlBool>`id = ANY (${[...ids]}::uuid[])`)
      .execute();
    const ordered = ids.flatMap((id) => rows.find((r) => r.id === id) ?? []);
    const checkedSenders = await Promise.all(
      ordered.map(async (row) => {
        const problem = row.deleted_at
          ? 'it has been deleted'
          : ((await connectionRefusal(connectionOf(row), this.config.allowPrivateHosts)) ??
            this.unreadable(row.id, row.smtp_password_encrypted ?? row.http_api_key_encrypted) ??
            this.unreadable(`${row.id}/dkim`, row.dkim_private_key_encrypted));
        return { row, view: { id: row.id, name: row.name, usable: problem === null, problem } };
      }),
    );
    const usable = checkedSenders.filter((s) => s.view.usable).map((s) => s.row);
    const [first] = usable;
    return {
      senders: checkedSenders.map((s) => s.view),
      limits: usable.map((row) => ({
        perSecond: row.limit_per_second,
        perMinute: row.limit_per_minute,
        perHour: row.limit_per_hour,
        perDay: row.limit_per_day,
      })),
      example: first ? { fromName: first.from_name, fromEmail: first.from_email, replyTo: first.reply_to } : undefined,
    };
  }

  private unreadable(context: string, sealed: Buffer | null): string | null {
    if (!sealed) return null;
    try {
      this.secrets.decrypt(sealed, context);
      return null;
    } catch (error) {
      if (error instanceof SecretError) return error.message;
      throw error;
    }
  }
}

/** Where a variable of a template is in a contact's row; undefined for those that every recipient has. */
function contactPath(variable: string): string[] | undefined {
  const segments = [...variable.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (m) => m[1] ?? m[2] ?? (m[3] as string),
  );
  if (segments[0] !== 'contact') return undefined;
  if (segments[1] === 'name' && segments.length === 2) return ['name'];
  return segments[1] === 'attributes' && segments.length > 2 ? segments.slice(1) : undefined;
}
