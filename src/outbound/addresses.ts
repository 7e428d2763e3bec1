import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IPv4 ranges that are not the public internet (IANA special-purpose registry, RFC 6890). */
const RESERVED_IPV4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a cloud's host services on an address that looks public
  ['169.254.0.0', 16], // link-local, cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Parts of 2000::/3 that are not the public internet, or that hide another address inside. */
const RESERVED_IPV6: readonly [network: string, prefix: number][] = [
  ['2001::', 23], // protocol assignments, Teredo, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
];

const reserved = new BlockList();
for (const [network, prefix] of RESERVED_IPV4) reserved.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of RESERVED_IPV6) reserved.addSubnet(network, prefix, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an IP address (no brackets) belongs to the public internet. Everything else is false: private, loopback,
 * link-local, multicast, reserved, and IPv6 outside 2000::/3, which takes in IPv4-mapped, NAT64 and unique local
 * addresses. What is not an address is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, 'ipv4');
  return isIPv6(address) && globalUnicast.check(address, 'ipv6') && !reserved.check(address, 'ipv6');
}

/** Where clouds answer machines about themselves, their credentials included; IPv6 also where it holds such an IPv4 address. */
const METADATA: readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['169.254.0.0', 16, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'],
  ['fd00:ec2::', 32, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  ['64:ff9b:1::a9fe:0', 112, 'ipv6'],
  ['2002:a9fe::', 32, 'ipv6'],
];

const metadata = new BlockList();
for (const [network, prefix, family] of METADATA) metadata.addSubnet(network, prefix, family);

/** Whether an IP address (no brackets) is one at which a cloud tells machines about themselves. */
export function isMetadataAddress(address: string): boolean {
  return isWithin(metadata, address);
}

/** Whether `address` lies in `range`. An IPv4-mapped IPv6 address counts as the IPv4 address that it holds. */
export function isWithin(range: BlockList, address: string): boolean {
  if (isIPv4(address)) return range.check(address, 'ipv4');
  return isIPv6(address) && range.check(address, 'ipv6');
}
