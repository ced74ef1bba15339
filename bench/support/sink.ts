import { type SmtpServerOptions, startSmtpServer } from '../../test/support/smtpServer.js';

/** What arrived for the recipients of one domain. */
export interface DomainRecord {
  accepted: number;
  distinct: number;
  /** Unix milliseconds. */
  firstAt: number;
  lastAt: number;
}

/** What the sink tells over IPC when it is asked `{type: 'record'}`. */
export interface SinkRecord {
  type: 'record';
  /** Messages accepted since the last `{type: 'clear'}`. */
  accepted: number;
  /** Different recipients among them. */
  distinct: number;
  /** Accepted messages in each quarter of a second since the first one. */
  quarters: number[];
  /** When the first and the last were accepted, Unix milliseconds. */
  firstAt: number | null;
  lastAt: number | null;
  /** By domain of the recipient. */
  domains: Record<string, DomainRecord>;
  /** CPU time since the last clear, milliseconds. */
  cpuMs: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as SmtpServerOptions;
const server = await startSmtpServer({ ...options, keepRaw: false, keepMessages: false });
let quarters: number[] = [];
let firstAt: number | null = null;
let lastAt: number | null = null;
let domains = new Map<string, DomainRecord>();
let cpu = process.cpuUsage();
server.onAccepted = ({ to }) => {
  lastAt = Date.now();
  firstAt ??= lastAt;
  const quarter = Math.floor((lastAt - firstAt) / 250);
  quarters[quarter] = (quarters[quarter] ?? 0) + 1;
  for (const recipient of to) {
    const name = domainOf(recipient);
    const domain = domains.get(name);
    if (domain) {
      domain.accepted++;
      domain.lastAt = lastAt;
    } else {
      domains.set(name, { accepted: 1, distinct: 0, firstAt: lastAt, lastAt });
    }
  }
};

function domainOf(recipient: string): string {
  return recipient.slice(recipient.lastIndexOf('@') + 1);
}

process.on('message', (message: { type: string }) => {
  if (message.type === 'clear') {
    server.clear();
    quarters = [];
    firstAt = lastAt = null;
    domains = new Map();
    cpu = process.cpuUsage();
  } else if (message.type === 'record') {
    const used = process.cpuUsage(cpu);
    const recipients = server.countByRecipient();
    for (const domain of domains.values()) domain.distinct = 0;
    for (const recipient of recipients.keys()) {
      const domain = domains.get(domainOf(recipient));
      if (domain) domain.distinct++;
    }
    const record: SinkRecord = {
      type: 'record',
      accepted: server.count,
      distinct: recipients.size,
      quarters: Array.from(quarters, (n) => n ?? 0),
      firstAt,
      lastAt,
      domains: Object.fromEntries(domains),
      cpuMs: (used.user + used.system) / 1000,
    };
    process.send?.(record);
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', port: server.port, certificate: server.certificate?.cert });
