import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the output with one line that scripts can read: `N passed, N failed`, with `, N skipped` when some were. A file
 * that could not be loaded and an error outside of tests count as failed.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    const retried: string[] = [];
    for (const module of modules) {
      let ofModule = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky) retried.push(`${module.relativeModuleId} > ${test.fullName}`);
        if (state === 'passed') passed++;
        else if (state === 'failed') ofModule++;
        else if (test.options.mode === 'skip' || test.options.mode === 'todo') skipped++;
        // Never ran although it should have: its file failed before it.
        else if (!module.ok()) ofModule++;
        else skipped++;
      }
      failed += !module.ok() && ofModule === 0 ? 1 : ofModule;
    }
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    const second = retried.map((name) => `Passed at the second try only: ${name}\n`).join('');
    // Reporters print one after the other; this line must be the last.
    process.on('exit', () => process.stdout.write(`\n${second}${line}\n`));
  }
}
