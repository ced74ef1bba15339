import type { Command } from 'commander';
import { canonicalTimeZone } from '../../domain/timeZone.js';
import { uuid } from '../api/context.js';
import { withDatabase } from '../database.js';
import { Failure } from '../failure.js';
import { reportText } from './report.js';

interface Options {
  dryRun?: boolean;
  timeZone: string;
  sender?: string;
  invite?: boolean;
  source: string;
  json?: boolean;
}

/** `import-legacy <directory>`: see docs/import-legacy.md. Exit code 1 when something could not be imported that should be. */
export function addImportLegacy(program: Command): void {
  program
    .command('import-legacy')
    .summary('import the JSON files of the old campaign manager')
    .description(
      'Imports accounts, lists with their contacts, templates, campaigns, schedules (as paused automations), users, bounces and notifications from the ' +
        'JSON files of the old campaign manager. Each record is imported once, however often this is called. Nothing is mailed. ' +
        'Needs DATABASE_URL and ONCEMAIL_SECRET_KEY.',
    )
    .argument('<directory>', 'where accounts.json, campaigns.json, … and the directory data_lists are')
    .option('--dry-run', 'say what would be imported, and change nothing')
    .option('--time-zone <zone>', "the time zone of the old manager's server", localZone())
    .option('--sender <id>', 'the sender of campaigns whose accounts cannot be imported')
    .option(
      '--invite',
      'make invitations for imported users without a password, and print their links (none in a dry run)',
    )
    .option('--source <name>', 'tells several old managers apart whose IDs are the same', 'default')
    .option('--json', 'print the report as JSON')
    .action(async (directory: string, options: Options) => {
      const timeZone = canonicalTimeZone(options.timeZone);
      if (timeZone === undefined) {
        throw new Failure(`There is no time zone "${options.timeZone}": use an IANA name such as Europe/Riga.`, 2);
      }
      if (options.sender !== undefined && !uuid.test(options.sender)) {
        throw new Failure(`--sender takes the ID of a sender, not "${options.sender}".`, 2);
      }
      await withDatabase('import-legacy', 5, async (database, config) => {
        const [{ createSecretBox }, { importLegacy }] = await Promise.all([
          import('../../mail/secrets.js'),
          import('./importer.js'),
        ]);
        const report = await importLegacy(database, createSecretBox(config.secretKey), {
          directory,
          dryRun: options.dryRun === true,
          timeZone,
          senderId: options.sender,
          invite: options.invite === true,
          source: options.source,
          publicUrl: config.publicUrl,
          onWait: () => void process.stderr.write('Another import is under way; this one begins when it has ended.\n'),
        });
        if (!report.complete) process.exitCode = 1;
        process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
      });
    });
}

function localZone(): string {
  return canonicalTimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone) ?? 'UTC';
}
