import type { ActivityDependencies } from './dependencies.js';
import { deliverChunkActivity } from './deliverChunk.js';
import { digestActivities } from './digest.js';
import { MessageCache } from './messageCache.js';
import { reconcileActivities } from './reconcile.js';
import { runLifecycleActivities } from './runLifecycle.js';
import { SenderRegistry } from './senderLanes.js';
import { webhookActivities } from './webhookDelivery.js';

/** All activities with their dependencies, and what must be closed after the worker has drained. */
export function createActivities(deps: ActivityDependencies) {
  const senders = new SenderRegistry(deps.secretBox, deps.database, deps.log, !deps.allowPrivateHosts);
  const messages = new MessageCache(deps.secretBox, deps.database);
  const webhooks = webhookActivities(deps);
  return {
    activities: {
      ...runLifecycleActivities(deps, messages),
      ...digestActivities(deps),
      ...reconcileActivities(deps),
      ...webhooks.activities,
      deliverChunk: deliverChunkActivity(deps, senders, messages),
    },
    close: async () => {
      webhooks.close();
      await senders.close();
    },
  };
}

/** The activities as workflows know them: by type alone. */
export type Activities = ReturnType<typeof createActivities>['activities'];
