import type { RestClient } from '../support/restClient.js';

interface Made {
  id: string;
}

/** Gives the API some of everything, so that lists are not empty and references can be right. Mails go to `smtpPort` on this machine. */
export async function seedResources(client: RestClient, smtpPort: number): Promise<void> {
  const make = (path: string, body: unknown) => client.ok<Made>('POST', path, { body });
  for (const n of [1, 2]) {
    const sender = await make('senders', {
      name: `Sender ${n}`,
      fromEmail: `news${n}@sender.example`,
      smtp: { host: '127.0.0.1', port: smtpPort, security: 'none' },
      limits: { perHour: 1000 },
    });
    const list = await make('lists', { name: `List ${n}`, geography: 'LV' });
    await client.ok('POST', `lists/${list.id}/import`, {
      raw: `email,name,city\nada${n}@example.com,Ada,Riga\nbob${n}@example.com,Bob,Cēsis\nnot an address,,\n`,
      headers: { 'content-type': 'text/csv' },
    });
    await make('contacts', {
      email: `eve${n}@example.com`,
      name: 'Eve',
      attributes: { city: 'Riga' },
      listIds: [list.id],
    });
    await make('suppressions', { email: `gone${n}@example.com` });
    const template = await make('templates', {
      name: `Template ${n}`,
      subject: 'Hello',
      html: '<p>{{ contact.name }}</p>',
    });
    const campaign = await make('campaigns', {
      name: `Campaign ${n}`,
      listIds: [list.id],
      senderIds: [sender.id],
      ...(n === 1
        ? { templateId: template.id }
        : { content: { subject: 'Hello', html: '<p>{{ contact.email }}</p>' } }),
    });
    await make(`campaigns/${campaign.id}/runs`, {});
    await make('automations', {
      name: `Automation ${n}`,
      campaignId: campaign.id,
      schedule: { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' },
    });
    await make('users', { name: `User ${n}`, email: `user${n}@example.com`, role: 'viewer' });
    await make('api-keys', { name: `Key ${n}`, role: 'viewer' });
  }
}

/** A key of each role, the least of them first. */
export async function keysOfRoles(client: RestClient, adminKey: string): Promise<[role: string, key: string][]> {
  const key = async (role: string) =>
    (await client.ok<{ key: string }>('POST', 'api-keys', { body: { name: `fuzzing as ${role}`, role } })).key;
  return [
    ['viewer', await key('viewer')],
    ['operator', await key('operator')],
    ['admin', adminKey],
  ];
}

/** How many requests the process has answered, by its own metrics; those for its metrics are not counted. */
export async function requestsAnswered(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^oncemail_http_request_duration_seconds_count\{(.*)\} (\d+)$/gm);
  return [...counts].reduce((sum, [, labels, n]) => (labels?.includes('route="/metrics"') ? sum : sum + Number(n)), 0);
}
