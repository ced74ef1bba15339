import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory } from '../../support/stage.js';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';
import type { Scene } from '../harness/scene.js';

const connections = 10;
const fullMs = 15_000;

/** The disk of the data directory is full for a while (a small file system of its own, filled up): the run waits, and ends afterwards. */
export const diskFull: Scenario = async (settings) => {
  const directory = temporaryDirectory('oncemail-faults-disk-');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600m,mode=755', 'tmpfs', directory], { stdio: 'pipe' });
  } catch {
    return skipped('it mounts a small file system, which needs root on Linux');
  }
  const unmount = () => execFileSync('umount', ['-l', directory], { stdio: 'pipe' });
  // Before the directory is removed, should this process be ended meanwhile.
  process.prependOnceListener('exit', unmount);
  try {
    return await play(
      'disk-full',
      {
        recipients: Math.min(settings.recipients, 20_000),
        workers: settings.workers,
        connections,
        mail: { seed: settings.seed, latencyMs: [10, 40] },
        directory,
        progress: settings.progress,
      },
      300_000,
      async (scene, runId) => {
        await scene.untilAccepted(scene.recipients / 3, runId);
        const ballast = join(directory, 'ballast');
        const { bavail, bsize } = statfsSync(directory);
        // Whatever is still free is filled to the last block.
        try {
          writeFileSync(ballast, Buffer.alloc(bavail * bsize + bsize));
        } catch {
          // The disk is full now.
        }
        await delay(fullMs);
        rmSync(ballast);
        await restartWhatEnded(scene);
        return {
          faults: `no space on the disk for ${fullMs / 1000} s`,
          allowedUncertain: settings.workers * connections * claimsPerConnection,
        };
      },
    );
  } finally {
    process.removeListener('exit', unmount);
    unmount();
  }
};

/** A database that cannot write its log ends; a service manager starts it again. */
async function restartWhatEnded(scene: Scene): Promise<void> {
  const { postgres, temporal, api, workers } = scene.stage;
  for (const part of [postgres, temporal, api, ...workers]) if (!part.child.running) await part.restart();
}

function skipped(why: string) {
  return {
    scenario: 'disk-full',
    recipients: 0,
    faults: '',
    accepted: 0,
    distinct: 0,
    duplicates: 0,
    lost: 0,
    uncertain: 0,
    uncertainThoughConfirmed: 0,
    failed: 0,
    breaches: [],
    executions: 0,
    openExecutions: 0,
    allowedUncertain: 0,
    seconds: 0,
    skipped: why,
  };
}
