import type { Page } from 'playwright-core';
import type { Showcase } from './showcase.js';

/** A picture: its name is the name of its file. A new page of the web app adds its line. */
export interface Picture {
  name: string;
  path: (showcase: Showcase) => string;
  /** What is done on the page before the picture is taken. */
  prepare?: (page: Page) => Promise<unknown>;
  /** Nobody has signed in. */
  signedOut?: boolean;
}

/** Waits for the mail in its frame. */
const shown = (page: Page) => page.frameLocator('iframe[title="The mail"]').locator('body *').first().waitFor();

export const pictures: Picture[] = [
  { name: 'sign-in', path: () => '/sign-in', signedOut: true },
  { name: 'overview', path: () => '/overview' },
  { name: 'automations', path: () => '/automations' },
  {
    name: 'automation-editor',
    path: (s) => `/automations/${s.automationId}/edit`,
    prepare: (page) => page.getByRole('list', { name: 'Next occurrences' }).waitFor(),
  },
  {
    name: 'automation',
    path: (s) => `/automations/${s.missedAutomationId}`,
    prepare: (page) => page.getByText(/missed in the last seven days/).waitFor(),
  },
  { name: 'runs', path: () => '/runs' },
  { name: 'run', path: (s) => `/runs/${s.runningRunId}` },
  { name: 'run-finished', path: (s) => `/runs/${s.finishedRunId}` },
  { name: 'notifications', path: () => '/notifications' },
  { name: 'campaigns', path: () => '/campaigns' },
  { name: 'campaign', path: (s) => `/campaigns/${s.campaignId}`, prepare: shown },
  {
    name: 'campaign-editor',
    path: (s) => `/campaigns/${s.campaignId}/edit`,
    prepare: async (page) => {
      await page.getByRole('textbox', { name: 'HTML of the mail' }).waitFor();
      await shown(page);
    },
  },
  {
    name: 'campaign-run',
    path: (s) => `/campaigns/${s.campaignId}`,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Run now' }).click();
      await page.getByRole('dialog').getByText('Recipients').waitFor();
    },
  },
  { name: 'templates', path: () => '/templates' },
  { name: 'template', path: (s) => `/templates/${s.templateId}`, prepare: shown },
  { name: 'lists', path: () => '/lists' },
  { name: 'list', path: (s) => `/lists/${s.listId}` },
  {
    name: 'import',
    path: (s) => `/lists/${s.listId}/import`,
    prepare: async (page) => {
      const buffer = Buffer.from('E-Mail;First name;Last name;Town\nada@readers.example;Ada;Lovelace;London\n');
      await page.locator('input[type=file]').setInputFiles({ name: 'readers.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('list', { name: 'What the columns become' }).waitFor();
    },
  },
  { name: 'contacts', path: () => '/contacts' },
  { name: 'contact', path: (s) => `/contacts/${s.contactId}` },
  { name: 'suppressions', path: () => '/suppressions' },
  { name: 'senders', path: () => '/senders' },
  { name: 'sender', path: (s) => `/senders/${s.senderId}` },
  { name: 'webhooks', path: () => '/webhooks' },
  { name: 'users', path: () => '/users' },
  { name: 'audit', path: () => '/audit' },
  { name: 'settings', path: () => '/settings' },
  { name: 'account', path: () => '/account' },
];
