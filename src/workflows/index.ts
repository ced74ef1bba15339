/** Every workflow type that a worker runs: one line a file. */
export { campaignRun } from './campaignRun.js';
export { dailyDigest } from './dailyDigest.js';
export { reconcile } from './reconcile.js';
export { webhookDelivery } from './webhookDelivery.js';
