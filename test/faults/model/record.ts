/** A rule of the protocol that did not hold, with everything that led there. */
export class Violation extends Error {
  override name = 'Violation';

  constructor(
    readonly rule: string,
    trace: readonly string[],
  ) {
    super(
      `${rule}\n\nWhat happened:\n${trace.map((line, i) => `  ${String(i + 1).padStart(3)}. ${line}`).join('\n')}\n`,
    );
  }
}

/** One claim of one delivery, as its claimer knows it. */
export interface Claim {
  contactId: string;
  token: string;
  by: string;
  attempts: number;
  /** Whether its one hand-over to SMTP has begun. */
  handedOver: boolean;
  /** When the server accepted it, by the record's own clock. */
  acceptedAt: number | null;
  /** When somebody last decided to send the delivery again although this claim may have reached the server. */
  resentAt: number | null;
  /** It was handed over after such a decision, by a claimer whose lease held: the chance that whoever sends again takes. */
  overtaken: boolean;
}

/**
 * What really happened at the network's end: every hand-over, by claim, and whether the server accepted it. It stands in for the mail server's own
 * record and knows nothing of the ledger, except when people or the policy decided to send again.
 */
export class MailRecord {
  readonly claims: Claim[] = [];
  readonly trace: string[] = [];
  private clock = 0;

  say(line: string): void {
    this.trace.push(line);
  }

  violated(rule: string): never {
    throw new Violation(rule, this.trace);
  }

  claimed(contactId: string, token: string, by: string, attempts: number): Claim {
    const claim: Claim = {
      contactId,
      token,
      by,
      attempts,
      handedOver: false,
      acceptedAt: null,
      resentAt: null,
      overtaken: false,
    };
    this.claims.push(claim);
    return claim;
  }

  /**
   * A claimer hands a claim over. Rules: once per claim; and what the server has accepted is handed over again only if somebody decided so after that,
   * or if that decision overtook a claimer whose lease held, so that both its claim and the next are handed over.
   */
  handOver(claim: Claim, accepted: boolean, leaseHeld: boolean, label: string): void {
    if (claim.handedOver) this.violated(`${label} was handed over twice by one claim`);
    claim.handedOver = true;
    claim.overtaken = claim.resentAt !== null && leaseHeld;
    const before = this.claims.find(
      (c) =>
        c !== claim && c.contactId === claim.contactId && c.acceptedAt !== null && !c.overtaken && !this.superseded(c),
    );
    if (before && !claim.overtaken) {
      this.violated(`${label} was handed over by ${claim.by} after the server had accepted it from ${before.by}`);
    }
    if (accepted) claim.acceptedAt = ++this.clock;
  }

  /** Somebody decided to send this delivery again: what earlier claims did is no longer what the ledger speaks of. */
  resent(contactId: string, exceptToken: string | null): void {
    this.clock++;
    for (const claim of this.claims) {
      if (claim.contactId === contactId && claim.token !== exceptToken) claim.resentAt = this.clock;
    }
  }

  /** Whether the server has accepted a copy that no decision to send again has superseded. */
  stands(contactId: string): boolean {
    return this.claims.some((c) => c.contactId === contactId && c.acceptedAt !== null && c.resentAt === null);
  }

  /** Whether the server has accepted any copy. */
  accepted(contactId: string): boolean {
    return this.claims.some((c) => c.contactId === contactId && c.acceptedAt !== null);
  }

  private superseded(claim: Claim): boolean {
    return claim.acceptedAt !== null && claim.resentAt !== null && claim.resentAt > claim.acceptedAt;
  }
}
