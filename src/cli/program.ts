import { Command } from 'commander';
import { version } from '../api/version.js';
import { addAutomations, addCampaigns } from './api/automations.js';
import { addLists } from './api/lists.js';
import { addDeliveries, addRuns } from './api/runs.js';
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
  addAutomations(program);
  addCampaigns(program);
  addRuns(program);
  addDeliveries(program);
  addLists(program);
  addMigrate(program);
  addImportLegacy(program);
  return program;
}
