import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The custom Search Attributes of Oncemail's executions, all Keywords: find the executions of an automation with
 * `OncemailAutomationId = "…"` in the Temporal Web UI. They hold IDs and states, never addresses or contents.
 */
export const searchAttributes = {
  automationId: keyword('OncemailAutomationId'),
  campaignId: keyword('OncemailCampaignId'),
  runId: keyword('OncemailRunId'),
  status: keyword('OncemailStatus'),
} as const;

function keyword(name: string) {
  return defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
}
