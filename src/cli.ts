#!/usr/bin/env node
import { ConfigError, loadConfig } from './config.js';
import { openDatabase } from './ledger/database.js';
import { migrate } from './ledger/migrate.js';

const usage = `Usage: node dist/cli.js <command>

  migrate   bring the database of DATABASE_URL up to date; safe to repeat and to run from several machines at once
  help      show this
`;

async function main(command: string | undefined): Promise<number> {
  switch (command) {
    case 'migrate':
      return migrateCommand();
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(usage);
      return 0;
    default:
      process.stderr.write(`There is no command "${command}".\n\n${usage}`);
      return 2;
  }
}

async function migrateCommand(): Promise<number> {
  const database = openDatabase({
    url: loadConfig().databaseUrl,
    maxConnections: 2,
    applicationName: 'oncemail migrate',
  });
  try {
    const applied = await migrate(database);
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n');
    return 0;
  } finally {
    await database.close();
  }
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const text =
      error instanceof ConfigError || !(error instanceof Error) ? String(error) : `${error.name}: ${error.message}`;
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
