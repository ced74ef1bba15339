import { v7 as uuidv7 } from 'uuid';
import { campaignInput } from '../../api/campaigns/schemas.js';
import { contentOf, syntaxProblem } from './content.js';
import type { FileStep } from './fileStep.js';
import { createSender } from './senders.js';
import { campaignShape } from './shapes.js';
import { issues, oneLine } from './text.js';

/** `campaigns.json`: campaigns with the lists, senders and templates that have been imported; none is run. */
export async function importCampaigns(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['campaigns']), async (record) => {
    const campaign = step.reading(campaignShape, record);
    if (!campaign) return;
    const legacyId = record.id ?? `name:${campaign.name}`;
    if (step.isDone(record, 'campaign', legacyId, campaign.name)) return;
    const skip = (reason: string, todo: string) => step.skip(record, campaign.name, reason, todo);
    const remark = (reason: string, todo: string) => step.remark(record, campaign.name, reason, todo);

    const listIds = await step.living('lists', 'list', campaign.lists);
    if (listIds.length === 0) {
      skip('None of its lists was imported', 'Import its list first, or create the campaign by hand');
      return;
    }
    let senderIds = await step.living('senders', 'sender', campaign.accounts);
    let substitute: string | undefined;
    if (senderIds.length === 0) {
      const fallback = step.options.senderId ?? step.of('sender', 'smtp_config');
      const found = await step.client.query<{ id: string; name: string }>(
        `SELECT id, name FROM senders WHERE id = $1 AND deleted_at IS NULL`,
        [fallback ?? null],
      );
      if (!found.rows[0]) {
        skip('None of its accounts could be imported as a sender', createSender);
        return;
      }
      senderIds = [found.rows[0].id];
      substitute = found.rows[0].name;
    }

    const templateId =
      campaign.template === undefined
        ? undefined
        : (await step.living('templates', 'template', [campaign.template]))[0];
    const usesTemplate = templateId !== undefined && (!campaign.customTemplate || campaign.message === undefined);
    if (!usesTemplate && (campaign.message === undefined || campaign.subject === undefined)) {
      skip(
        campaign.template === undefined
          ? 'It has no subject or no message'
          : 'Its content is a template at the mail provider',
        'Create the campaign by hand',
      );
      return;
    }
    const content = usesTemplate
      ? null
      : contentOf(step, campaign.subject ?? '', campaign.message ?? '', undefined, record, campaign.name);
    const parsed = campaignInput.safeParse({
      name: oneLine(campaign.name, 200),
      listIds,
      senderIds,
      ...(usesTemplate ? { templateId } : { content }),
    });
    const problem = parsed.success ? (content ? syntaxProblem(content) : undefined) : issues(parsed.error);
    if (!parsed.success || problem) {
      skip(problem ?? '', 'Create the campaign by hand');
      return;
    }
    const id = uuidv7();
    await step.client.query(
      `INSERT INTO campaigns (id, name, template_id, content, audience) VALUES ($1, $2, $3, $4, $5)`,
      [
        id,
        parsed.data.name,
        parsed.data.templateId ?? null,
        content ? JSON.stringify(content) : null,
        parsed.data.audience,
      ],
    );
    await step.client.query(`INSERT INTO campaign_lists (campaign_id, list_id) SELECT $1, unnest($2::uuid[])`, [
      id,
      listIds,
    ]);
    await step.client.query(
      `INSERT INTO campaign_senders (campaign_id, sender_id, position)
       SELECT $1, s.id, s.no - 1 FROM unnest($2::uuid[]) WITH ORDINALITY AS s (id, no)`,
      [id, senderIds],
    );
    await step.remember('campaign', legacyId, id);
    step.report.imported++;

    if (substitute !== undefined) {
      remark(
        `Its accounts could not be imported; it sends by "${substitute}"`,
        'Give it another sender if that is not right',
      );
    }
    if (campaign.limits && Object.keys(campaign.limits).length > 0) {
      remark('It had rate limits of its own; here limits belong to senders', 'Set them on its sender if they matter');
    }
    if (campaign.startLine > 1) {
      remark(
        `It began at line ${campaign.startLine} of its list; here it mails the whole list`,
        'Import a shorter list, or run it for those who have not received it',
      );
    }
    if (campaign.tests?.enabled === true) {
      remark('It sent itself test mails on the way', 'Use a test mail, or put the address on the list');
    }
    if (campaign.fromName !== undefined && !(await sendsAs(step, senderIds, campaign.fromName))) {
      remark(
        `It was sent as "${campaign.fromName}"; here that name is the sender's`,
        'Change the sender, or make one of that name',
      );
    }
    if (campaign.sent > 0 || /^(running|paused|sending)$/i.test(campaign.status ?? '')) {
      remark(
        `The old manager has sent ${campaign.sent} mails of it (${campaign.status ?? 'no status'}); the ledger does not know to whom`,
        'Do not run it for those people again, or make a list of the rest',
      );
    }
  });
}

async function sendsAs(step: FileStep, senderIds: string[], fromName: string): Promise<boolean> {
  const { rows } = await step.client.query<{ from_name: string }>(`SELECT from_name FROM senders WHERE id = ANY ($1)`, [
    senderIds,
  ]);
  return rows.every((r) => r.from_name === oneLine(fromName, 200));
}
