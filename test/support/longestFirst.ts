import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take half a minute and more, in the order in which they begin: those that wait for Temporal's minutes, which cost the others nothing, and
 * those that work, in turn. Begun last, one of them would be waited for alone. A name that is missing here costs time, nothing else.
 */
const longest = [
  'start',
  'overlap',
  'missed',
  'api-robustness',
  'runFaults',
  'campaignRun',
  'api-fuzz',
  'cli',
  'webhooks',
  'control',
  'legacyFeatures',
  'sideBySide',
  'inUse',
  'automations',
];

/** The longest files first, then as vitest has it: by what a file took the last time or, on a fresh machine, by its size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const n = longest.indexOf(/([^/\\]+)\.test\.ts$/.exec(moduleId)?.[1] ?? '');
      return n === -1 ? longest.length : n;
    };
    const order = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return (await super.sort(files)).sort((a, b) => order(a) - order(b) || place(a) - place(b));
  }
}
