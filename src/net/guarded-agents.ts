import { type LookupAddress, type LookupAllOptions, type LookupOptions, lookup } from 'node:dns';
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that somebody gave us leads into our own network, or to a service that is no web server. Nothing was sent. */
export class UnsafeAddress extends Error {
  override readonly name = 'UnsafeAddress';
  readonly code = 'ERR_UNSAFE_ADDRESS';
}

/** Ports of web servers; everything else is another service's. */
const webPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** Whether an address is one of the public internet. Forms that hold another one (mapped, translated, tunnelled) are not. */
export function isPublicAddress(address: string): boolean {
  if (!isIP(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  // Of version 6 only 2000::/3 was ever given out; `::127.0.0.1` stands outside of it and has no range of its own.
  return parsed.kind() === 'ipv4' || ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
}

/** `host:port` that may be called although it is ours: `10.0.0.7:9000`, `minio:9000`, `127.0.0.1:*`. Lower case. */
export type AllowList = readonly string[];

const withoutBrackets = (text: string) => text.toLowerCase().replace(/^\[|\](?=:|$)/g, '');

function isAllowed(allow: AllowList, host: string, port: number): boolean {
  const name = withoutBrackets(host);
  return allow.map(withoutBrackets).some(entry => entry === `${name}:${port}` || entry === `${name}:*`);
}

/** All addresses of a name. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Judged at the moment of connecting, on the very address that is connected to: a name that resolves otherwise a second
 * later, or at the next redirect, changes nothing.
 */
function guardConnection(options: ClientRequestArgs, allow: AllowList, resolve: Resolve): ClientRequestArgs {
  const host = withoutBrackets(String(options.host ?? options.hostname ?? ''));
  const port = Number(options.port ?? 443);
  if (isAllowed(allow, host, port)) return { ...options, lookup: lookupWith(resolve, () => true, port) };
  if (isIP(host) && !isPublicAddress(host)) throw unsafe(host, port);
  if (!webPorts.has(port)) throw oddPort(host, port, 'web');
  return { ...options, lookup: lookupWith(resolve, isPublicAddress, port) };
}

const wayOut = (host: string, port: number) =>
  `An operator can allow it with OUTBOUND_ALLOW=${isIP(host) === 6 ? `[${host}]` : host}:${port}.`;

function unsafe(host: string, port: number): UnsafeAddress {
  return new UnsafeAddress(`${host} is an address of our own network. ${wayOut(host, port)}`);
}

export type ServerKind = 'web' | 'mail';
function oddPort(host: string, port: number, kind: ServerKind): UnsafeAddress {
  return new UnsafeAddress(`Port ${port} of ${host} is not a ${kind} server's. ${wayOut(host, port)}`);
}

/** The addresses of a name, or an error when some of them are not right, for no honest name has such. */
export function lookupWith(
  resolve: Resolve,
  isRight: (address: string) => boolean,
  port: number,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...(options as LookupOptions), all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isRight(address)))
        return callback(unsafe(hostname, port), '');
      if (options.all) callback(null, addresses as never);
      else callback(null, first.address, first.family);
    });
  };
}

/** Ports of mail servers: handing in, fetching, and what takes the place of the blocked 25. */
const mailPorts: ReadonlySet<number> = new Set([25, 110, 143, 465, 587, 993, 995, 2525]);

/**
 * The one address of a server to connect to: the caller connects to it and not to the name, which may lead elsewhere
 * a second later. Throws UnsafeAddress, or the error of the resolver.
 */
export async function guardedAddress(
  host: string,
  port: number,
  allow: AllowList,
  kind: ServerKind,
  resolve: Resolve = lookup,
): Promise<string> {
  const name = withoutBrackets(host);
  const isOurs = isAllowed(allow, name, port);
  const isRight = isOurs ? () => true : isPublicAddress;
  if (isIP(name) && !isRight(name)) throw unsafe(name, port);
  if (!isOurs && !(kind === 'web' ? webPorts : mailPorts).has(port)) throw oddPort(name, port, kind);
  if (isIP(name)) return name;
  return new Promise((fulfil, reject) => {
    lookupWith(resolve, isRight, port)(name, {}, (error, address) =>
      error ? reject(error) : fulfil(address as string),
    );
  });
}

/** Agents for addresses that others gave us. No connection is kept: each is judged. */
export function guardedAgents(
  allow: AllowList,
  resolve: Resolve = lookup,
): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const options: AgentOptions = { keepAlive: false };
  const httpAgent = new HttpAgent(options);
  const httpsAgent = new HttpsAgent(options);
  for (const agent of [httpAgent, httpsAgent]) {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (given, ready) => {
      try {
        return connect(guardConnection(given, allow, resolve), ready);
      } catch (error) {
        // Told as every failure to connect is told, and not thrown into whoever asks.
        ready?.(error as Error, undefined as never);
        return undefined;
      }
    };
  }
  return { httpAgent, httpsAgent };
}
