import { insertEvents, somebodySubscribes } from './outbox.js';

/**
 * SQL: common table expressions that tell webhooks of deliveries which a statement makes `failed`, one event each, in that statement. `source` is what
 * yields (contact_id, smtp_code, attempts) of those deliveries; $1 is the run.
 */
export const failedDeliveryEvents = (source: string) => `
  failures AS MATERIALIZED (
    SELECT uuid_v7() AS id,
           json_build_object('runId', r.id, 'contactId', f.contact_id, 'automationId', r.automation_id, 'campaignId', r.campaign_id,
                             'smtpCode', f.smtp_code, 'attempts', f.attempts) AS data
      FROM (${source}) AS f JOIN runs r ON r.id = $1
     WHERE ${somebodySubscribes('delivery.failed')}),
  told AS (${insertEvents('delivery.failed', 'failures')})`;
