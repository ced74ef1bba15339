import { Command } from 'commander';
import { version } from '../api/version.js';
import { addImportLegacy } from './importLegacy/command.js';
import { addMigrate } from './migrate.js';

/** The command line of Oncemail: what an operator does every day over the REST API, and what a machine does to the database. */
export function createProgram(): Command {
  const program = new Command('oncemail')
    .description('Self-hosted email automation. Documentation: docs/cli.md')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ sortSubcommands: false });
  addMigrate(program);
  addImportLegacy(program);
  return program;
}
