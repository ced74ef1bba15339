// npm test: installs and builds what is missing, then runs all tests. Further arguments go to vitest.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, requireNode, root } from './lib/install.mjs';
import { main, TaskError } from './lib/task.mjs';

/** Getting the Temporal server may take minutes the first time: here, where its progress is seen. */
async function requireTemporal() {
  const { temporalBinary } = await import('../dist/embedded/temporalBinary.js');
  const { TerminalProgress } = await import('../dist/embedded/progress.js');
  try {
    await temporalBinary(new TerminalProgress());
  } catch (error) {
    throw error.name === 'PartError' ? new TaskError(error.text) : error;
  }
}

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  await requireTemporal();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // Ctrl-C reaches vitest too, which stops its servers; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
});
