import type { Command } from 'commander';
import { printJson } from './api/output.js';
import { withDatabase } from './database.js';

/** `migrate`: brings the database of DATABASE_URL up to date. */
export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Bring the database of DATABASE_URL up to date; safe to repeat and to run from several machines at once',
    )
    .option('--json', 'print what was applied as JSON')
    .action((options: { json?: boolean }) =>
      withDatabase('migrate', 2, async (database) => {
        const { migrate } = await import('../ledger/migrate.js');
        const applied = await migrate(database);
        if (options.json) printJson({ applied });
        else
          process.stdout.write(
            applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n',
          );
      }),
    );
}
