import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of the old manager's files; values that are no text are written as JSON. */
export async function legacyDirectory(
  files: Record<string, unknown>,
): Promise<{ path: string; write(name: string, content: unknown): Promise<void>; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'oncemail-legacy-'));
  const write = async (name: string, content: unknown) => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  return { path, write, remove: () => rm(path, { recursive: true, force: true }) };
}

const at = '2025-08-03T17:28:46.860714';

/**
 * What the old manager writes, field by field: sessions of a webmail account as accounts (and one SMTP account), its one SMTP configuration, limits for each user, lists
 * with their addresses in text files, campaigns by IDs, schedules in the local time of its server.
 */
export const legacyFiles = {
  'users.json': [
    {
      id: 1,
      username: 'admin',
      password: 'scrypt:32768:8:1$salt$hash',
      email: 'boss@example.org',
      role: 'admin',
      created_at: at,
      is_active: true,
      permissions: ['add_account', 'manage_accounts', 'manage_data', 'view_all_campaigns', 'view_reports'],
    },
    {
      id: 2,
      username: 'writer',
      email: 'writer@example.org',
      role: 'user',
      is_active: true,
      permissions: ['add_account'],
    },
    {
      id: 3,
      username: 'reader',
      email: 'reader@example.org',
      role: 'user',
      is_active: false,
      permissions: ['view_reports'],
    },
  ],
  'rate_limit_config.json': {
    enabled: true,
    emails_per_second: 1,
    emails_per_minute: 50,
    emails_per_hour: 500,
    emails_per_day: 5000,
    wait_time_between_emails: 2,
    burst_limit: 10,
    cooldown_period: 5,
  },
  'smtp_config.json': {
    enabled: true,
    server: '127.0.0.1',
    port: 2525,
    username: 'news@example.org',
    password: 'smtp-secret',
    use_tls: false,
    from_email: 'news@example.org',
    from_name: 'Example Shop',
  },
  'accounts.json': [
    {
      id: 1,
      name: 'Webmail one',
      org_id: '123456789',
      cookies: { session: 'a-cookie' },
      headers: {},
      templates: [],
      created_at: at,
    },
    {
      id: 2,
      name: 'Own server',
      smtp_host: '127.0.0.1',
      smtp_port: '465',
      use_ssl: true,
      email: 'own@example.org',
      emails_per_hour: 100,
    },
  ],
  'data_lists.json': [
    {
      id: 1,
      name: 'Latvia gmail',
      geography: 'Latvia',
      isp: 'gmail',
      email_count: 3,
      filename: '20250803_list.txt',
      description: '',
      created_at: at,
    },
    {
      id: 2,
      name: 'Inline',
      geography: 'DACH',
      isp: 'gmx',
      emails: ['inline@example.org', { email: 'ada@example.org', name: 'Ada' }],
    },
  ],
  'data_lists/20250803_list.txt': 'one@example.org\ntwo@example.org\nnonsense\nthree@example.org\n',
  'templates.json': {
    templates: { welcome: { name: 'Welcome', subject: 'Hello {{ name }}', content: '<p>Hello {{ first_name }}</p>' } },
  },
  'campaigns.json': [
    {
      id: 1,
      name: 'Weekly news',
      account_id: 1,
      account_ids: [1],
      subject: 'News',
      message: 'Hello,\n\nfirst line\nsecond line & more',
      data_list_id: 1,
      from_name: 'Shop Team',
      template_id: '',
      use_custom_template: true,
      rate_limits: null,
      start_line: 1,
      status: 'completed',
      created_at: at,
      total_sent: 3,
    },
    {
      id: 2,
      name: 'From own server',
      account_id: 2,
      subject: 'Hi {{name}}',
      message: '<p>100 {%</p>',
      data_list_id: 2,
      status: 'ready',
    },
    { id: 3, name: 'No such list', account_id: 1, subject: 'x', message: 'x', data_list_id: 99, status: 'ready' },
    { id: 4, account_id: 1, subject: 'x', message: 'x', data_list_id: 1 },
  ],
  'scheduled_campaigns.json': [
    schedule(1, 1, 'once', '2099-01-02T09:00:00'),
    schedule(2, 1, 'daily', '2025-08-03T17:29:00'),
    schedule(3, 1, 'weekly', '2025-08-03T18:16:00'),
    schedule(4, 2, 'monthly', '2025-08-31T06:00:00'),
    { ...schedule(5, 2, 'custom', '2025-08-03T00:00:00'), repeat_interval: '90' },
    {
      ...schedule(6, 1, 'once', '2025-08-03T17:29:00'),
      last_run: '2025-08-03T17:29:32.198136',
      total_runs: 1,
      status: 'failed',
    },
    schedule(7, 3, 'daily', '2025-08-03T17:29:00'),
  ],
  'bounce_data.json': {
    '1': [{ email: 'two@example.org', bounce_type: 'hard', reason: '550 no such user', timestamp: at }],
  },
  'notifications.json': [
    {
      id: '0d5bd1f5-4f6c-4c10-a2a6-6f0a9de51b6b',
      message: 'Campaign completed',
      type: 'success',
      timestamp: at,
      read: true,
      campaign_id: 1,
    },
    {
      id: '0d5bd1f5-4f6c-4c10-a2a6-6f0a9de51b6c',
      message: 'It failed',
      type: 'error',
      timestamp: at,
      read: false,
      campaign_id: null,
    },
  ],
  'campaign_logs.json': { '1': [] },
};

function schedule(id: number, campaign: number, type: string, time: string) {
  return {
    id,
    campaign_id: campaign,
    schedule_time: time,
    schedule_type: type,
    repeat_interval: null,
    enabled: true,
    created_at: at,
    last_run: null,
    next_run: time,
    total_runs: 0,
    status: 'pending',
  };
}
