import { TerminalProgress } from '../src/embedded/progress.js';
import { leaveNoChildren } from '../test/support/stage.js';
import { benchAutomations } from './automations.js';
import { benchCampaign } from './campaign.js';
import { benchImport } from './import.js';
import { readSettings, usage } from './settings.js';

/** Measures; answers the exit code: 1 when something did not come out as it should (a mail missing or twice), 2 for wrong arguments. */
export async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const settings = readSettings(args);
  if (typeof settings === 'string') {
    process.stderr.write(`${settings}\n\n${usage}\n`);
    return 2;
  }
  leaveNoChildren();
  const progress = new TerminalProgress();
  switch (settings.mode) {
    case 'automations':
      return benchAutomations(settings, progress);
    case 'import':
      return benchImport(settings, progress);
    case 'campaign':
      return benchCampaign(settings, progress);
  }
}
