import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: object;
}

/** Activities at once in a process. They mostly wait for connections and slots; what is sent at once is bounded by each sender's connections. */
const maxActivities = 200;
/** How long a stopping worker waits for activities that were told to finish (a claim batch, an answer to a final dot). */
export const shutdownGraceMs = 60_000;

/**
 * Creates a worker for all workflows and activities. The workflow bundle built ahead (dist/workflow-bundle.js) is used where it exists: measured,
 * ready in 0.34 s instead of 1.2 to 1.6 s.
 */
export function createWorker(parts: WorkerParts): Promise<Worker> {
  const bundle = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  const options: WorkerOptions = {
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue,
    activities: parts.activities,
    ...(existsSync(bundle)
      ? { workflowBundle: { codePath: bundle } }
      : { workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)) }),
    maxConcurrentActivityTaskExecutions: maxActivities,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: 500,
    // A frozen process is noticed by its missing heartbeats; the SDK's default would send one only every 24 s of the 30 s allowed.
    maxHeartbeatThrottleInterval: '5 seconds',
    defaultHeartbeatThrottleInterval: '5 seconds',
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: shutdownGraceMs + 10_000,
  };
  return Worker.create(options);
}
