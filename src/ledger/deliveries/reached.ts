/**
 * Who has an email already, as SQL conditions: the one place that says what "received" means for the audience `not-yet-received`, for retries, and for
 * runs that go on after a later one has filled their gap.
 */

/**
 * Whether delivery `d` of run `r` reached its recipient, may have, or is going to: `sent`, `sending`, `uncertain`, in doubt, or `pending` in a run that
 * is open. Not reached: `failed` (also when an operator assumed so), `skipped`, `cancelled`, and `pending` in a run that has ended.
 */
export const reached = `(d.state IN ('sent', 'sending', 'uncertain') OR d.doubt_since IS NOT NULL
  OR (d.state = 'pending' AND r.status IN ('preparing', 'sending', 'waiting', 'paused')))`;

/**
 * Whether run `r` came after run `source` and fills its gaps: it mailed those who had not received the campaign, or the same content. Whoever it reached
 * is mailed no more by what goes on from `source`.
 */
export const fillsGapsOf = (source: string) =>
  `(r.campaign_id = ${source}.campaign_id AND r.id > ${source}.id AND r.snapshot_at IS NOT NULL
  AND (r.audience <> 'everyone' OR r.content = ${source}.content))`;

/** The people that `received` (rows of contact_id and address) are not: by contact, and by address should the contact have been made anew. */
export const notAmong = (received: string, contact: string) =>
  `NOT EXISTS (SELECT FROM ${received} x WHERE x.contact_id = ${contact}.id)
  AND NOT EXISTS (SELECT FROM ${received} x WHERE x.address = lower(${contact}.email))`;
