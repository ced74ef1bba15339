import type { Command } from 'commander';
import { loadConfig } from '../config.js';

/** `migrate`: brings the database of DATABASE_URL up to date. */
export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Bring the database of DATABASE_URL up to date; safe to repeat and to run from several machines at once',
    )
    .action(async () => {
      const [{ openDatabase }, { migrate }] = await Promise.all([
        import('../ledger/database.js'),
        import('../ledger/migrate.js'),
      ]);
      const database = openDatabase({
        url: loadConfig().databaseUrl,
        maxConnections: 2,
        applicationName: 'oncemail migrate',
      });
      try {
        const applied = await migrate(database);
        process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n');
      } finally {
        await database.close();
      }
    });
}
