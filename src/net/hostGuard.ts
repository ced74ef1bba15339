import { lookup as lookupWithCallback } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const refused = new BlockList();
// Special-purpose addresses (IANA registries, RFC 6890): this host, private, shared, loopback, link-local, documentation, benchmarks, multicast, reserved.
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  refused.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  refused.addSubnet(network, bits, 'ipv6');
}

/** True for an address that reaches this host or its neighbours rather than the internet. IPv4 inside IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return refused.check(address, 'ipv4');
  if (family !== 6) return true;
  if (refused.check(address, 'ipv6')) return true;
  // BlockList takes ::ffff:a.b.c.d as IPv4; NAT64 and 6to4 carry an IPv4 address too.
  const embedded = embeddedIpv4(address);
  return embedded !== undefined && refused.check(embedded, 'ipv4');
}

/** The IPv4 address inside a NAT64 (RFC 6052) or 6to4 (RFC 3056) address. */
function embeddedIpv4(address: string): string | undefined {
  const groups = expand(address);
  const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return dotted(groups[6] as number, groups[7] as number);
  if (groups[0] === 0x2002) return dotted(groups[1] as number, groups[2] as number);
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff)
    return dotted(groups[6] as number, groups[7] as number);
  return undefined;
}

function expand(address: string): number[] {
  const plain = address.split('%')[0] as string;
  const withHex = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((n) => n.toString(16)).join(':'),
  );
  const [head = '', tail] = withHex.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].map((g) => parseInt(g, 16));
}

/**
 * Why a host may not be connected to, or null when it may: every address it resolves to must be public. Guards against requests that
 * make the server speak to its own network (SSRF); switched off by ONCEMAIL_ALLOW_PRIVATE_HOSTS.
 */
export async function hostRefusal(host: string, allowPrivate: boolean): Promise<string | null> {
  if (allowPrivate) return null;
  try {
    await publicAddresses(host);
    return null;
  } catch (error) {
    if (error instanceof HostRefused) return error.message;
    return `${host} cannot be resolved (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
  }
}

/**
 * The same for the base URL of an API that is given a secret. Where private hosts are not allowed, it must be https: nothing outside
 * this network may read the secret on its way.
 */
export async function baseUrlRefusal(baseUrl: string, allowPrivate: boolean): Promise<string | null> {
  if (allowPrivate) return null;
  const url = new URL(baseUrl);
  return url.protocol === 'https:' ? hostRefusal(url.hostname, allowPrivate) : `${url.origin} is not https`;
}

/** A host that may not be connected to. */
export class HostRefused extends Error {
  override name = 'HostRefused';
  readonly code = 'HOST_REFUSED';
}

/**
 * The look-up of a connection (`lookup` of node:net) that answers public addresses alone: what is checked is what is connected to, so a name that
 * resolves otherwise a moment later (DNS rebinding) gains nothing. Node looks nothing up for a host that is an address: ask `literalRefusal` first.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  lookupWithCallback(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const inside = addresses.find((a) => isPrivateAddress(a.address));
    if (inside) return callback(new HostRefused(insideRefusal(host, inside.address)), '');
    if (options.all) return callback(null, addresses);
    const first = addresses[0];
    if (first) callback(null, first.address, first.family);
    else callback(new HostRefused(`${host} has no address`), '');
  });
};

/**
 * The addresses of a host, all of them public, for connections that look nothing up themselves: connect to these and not to the name.
 * @throws HostRefused when one is not public; the error of the look-up when the host is not found.
 */
export async function publicAddresses(host: string): Promise<string[]> {
  const literal = literalRefusal(host);
  if (literal) throw new HostRefused(literal);
  if (literal === null) return [host.replace(/^\[|\]$/g, '')];
  const addresses = await lookup(host, { all: true });
  const inside = addresses.find((a) => isPrivateAddress(a.address));
  if (inside) throw new HostRefused(insideRefusal(host, inside.address));
  return addresses.map((a) => a.address);
}

/** Why a host that is written as an address may not be connected to, null when it may; undefined for a name. */
export function literalRefusal(host: string): string | null | undefined {
  const bare = host.replace(/^\[|\]$/g, '');
  if (!isIP(bare)) return undefined;
  return isPrivateAddress(bare) ? `${host} is not a public address` : null;
}

function insideRefusal(host: string, address: string): string {
  return `${host} resolves to ${address}, which is not a public address`;
}
