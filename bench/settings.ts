import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]
A campaign, beside nodemailer's pool alone:
  --recipients N     how many contacts get the campaign (20000)
  --workers W        worker processes (2)
  --connections C    SMTP connections of the sender, divided over the workers; of the pool alone, too (20)
  --smtp HOST:PORT   a server that takes everything; without it, a sink of our own is started
  --latency MS       of our sink: each packet arrives so much later (0)
  --tls, --auth      of our sink: TLS from the first byte, a login
  --dkim TYPE        rsa or ed25519: Oncemail signs every mail (not at all)
  --pool N           mails of the baseline (a quarter of the recipients, 1000 to 20000); 0: none
  --reads            meanwhile the API gets 20 requests a second, five reads and a write in turn; the times of its answers are shown
  --profile FILE     one worker is profiled; its flame graph goes to FILE (SVG)
  --json FILE, --svg FILE   where the figures and the plot go

Many automations in the same second:
  --automations A    as many automations, all due at once, each with a campaign of its own
  --contacts K       to a list of as many contacts (20)
  --lead SECONDS     how long before they are due the making of them begins (a fifth of a second each, and 20)
  --temporal-server HOST:PORT   is measured too, beside the development server: a server that runs already, in a namespace that is made for it
  --temporal HOST:PORT          the same, instead of the development server
  --workers, --connections, --latency, --json, --svg as above

An import over HTTP:
  --import ROWS      a CSV file with as many rows, imported twice, then exported
  --json FILE`;

interface Common {
  json: string | undefined;
}

interface Sending extends Common {
  workers: number;
  connections: number;
  latency: number;
  tls: boolean;
  auth: boolean;
  svg: string | undefined;
}

export interface CampaignSettings extends Sending {
  mode: 'campaign';
  recipients: number;
  smtp: { host: string; port: number } | null;
  dkim: 'rsa' | 'ed25519' | null;
  pool: number;
  reads: boolean;
  profile: string | undefined;
}

export interface AutomationsSettings extends Sending {
  mode: 'automations';
  automations: number;
  contacts: number;
  lead: number;
  temporalServer: string | undefined;
  developmentServer: boolean;
}

export interface ImportSettings extends Common {
  mode: 'import';
  rows: number;
}

export type Settings = CampaignSettings | AutomationsSettings | ImportSettings;

const numbers = {
  recipients: 1,
  workers: 1,
  connections: 1,
  latency: 0,
  pool: 0,
  automations: 1,
  contacts: 1,
  lead: 1,
  import: 1,
} as const;

/** Which options mean something in which mode; those of no mode in all. */
const ofMode: Readonly<Record<string, readonly Settings['mode'][]>> = {
  recipients: ['campaign'],
  smtp: ['campaign'],
  dkim: ['campaign'],
  pool: ['campaign'],
  reads: ['campaign'],
  profile: ['campaign'],
  workers: ['campaign', 'automations'],
  connections: ['campaign', 'automations'],
  latency: ['campaign', 'automations'],
  tls: ['campaign', 'automations'],
  auth: ['campaign', 'automations'],
  svg: ['campaign', 'automations'],
  contacts: ['automations'],
  lead: ['automations'],
  'temporal-server': ['automations'],
  temporal: ['automations'],
};

/** The settings that the arguments give, or what is wrong with them. */
export function readSettings(args: string[]): Settings | string {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        recipients: { type: 'string' },
        workers: { type: 'string' },
        connections: { type: 'string' },
        smtp: { type: 'string' },
        latency: { type: 'string' },
        tls: { type: 'boolean' },
        auth: { type: 'boolean' },
        dkim: { type: 'string' },
        pool: { type: 'string' },
        reads: { type: 'boolean' },
        profile: { type: 'string' },
        automations: { type: 'string' },
        contacts: { type: 'string' },
        lead: { type: 'string' },
        'temporal-server': { type: 'string' },
        temporal: { type: 'string' },
        import: { type: 'string' },
        json: { type: 'string' },
        svg: { type: 'string' },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  for (const [name, least] of Object.entries(numbers)) {
    const given = values[name as keyof typeof numbers];
    if (given !== undefined && !(/^\d+$/.test(given) && Number(given) >= least)) {
      return `--${name} is to be a whole number of at least ${least}, not "${given}".`;
    }
  }
  if (values.import !== undefined && values.automations !== undefined) {
    return '--import and --automations are measured one at a time.';
  }
  const mode =
    values.automations !== undefined ? 'automations' : values.import !== undefined ? 'import' : ('campaign' as const);
  if (values.temporal !== undefined && values['temporal-server'] !== undefined) {
    return '--temporal is instead of the development server, --temporal-server beside it: give one of them.';
  }
  const alien = Object.keys(values).find((name) => ofMode[name] && !ofMode[name].includes(mode));
  if (alien) return `--${alien} says nothing about ${mode === 'campaign' ? 'a campaign' : `--${mode}`}.`;
  for (const name of ['smtp', 'temporal-server', 'temporal'] as const) {
    if (values[name] !== undefined && !hostAndPort(values[name])) {
      return `--${name} is to be HOST:PORT, not "${values[name]}".`;
    }
  }
  if (values.dkim !== undefined && values.dkim !== 'rsa' && values.dkim !== 'ed25519') {
    return `--dkim is to be rsa or ed25519, not "${values.dkim}".`;
  }
  if (values.profile !== undefined && values.workers !== undefined && values.workers !== '1') {
    return '--profile is of one worker.';
  }
  const sending = {
    workers: values.profile === undefined ? Number(values.workers ?? 2) : 1,
    connections: Number(values.connections ?? 20),
    latency: Number(values.latency ?? 0),
    tls: values.tls ?? false,
    auth: values.auth ?? false,
    svg: values.svg,
    json: values.json,
  };
  if (mode === 'import') return { mode, rows: Number(values.import), json: values.json };
  if (mode === 'automations') {
    const automations = Number(values.automations);
    return {
      mode,
      ...sending,
      automations,
      contacts: Number(values.contacts ?? 20),
      lead: Number(values.lead ?? Math.ceil(20 + automations / 5)),
      temporalServer: values.temporal ?? values['temporal-server'],
      developmentServer: values.temporal === undefined,
    };
  }
  const recipients = Number(values.recipients ?? 20_000);
  return {
    mode,
    ...sending,
    recipients,
    smtp: values.smtp === undefined ? null : (hostAndPort(values.smtp) ?? null),
    dkim: values.dkim ?? null,
    pool: values.pool ? Number(values.pool) : Math.min(20_000, Math.max(1_000, Math.floor(recipients / 4))),
    reads: values.reads ?? false,
    profile: values.profile,
  };
}

function hostAndPort(text: string): { host: string; port: number } | undefined {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  return host ? { host, port: Number(port) } : undefined;
}
