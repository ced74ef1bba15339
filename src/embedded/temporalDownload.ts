import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * Has the SDK download the Temporal CLI into a directory: node temporalDownload.js <directory> <version>. The SDK does
 * so on the way to starting a development server, which is ended at once.
 */
const [directory, version] = process.argv.slice(2);
if (!directory || !version) throw new Error('Usage: temporalDownload.js <directory> <version>');
try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', version, downloadDir: directory }, ui: false },
  });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
