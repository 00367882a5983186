import { domainToASCII } from 'node:url';

/** Somebody who is named in a mail. */
export interface MailAddress {
  /** As `normalAddress` gives it. */
  readonly address: string;
  readonly name?: string;
}

/** Local part and domain as they may stand in an envelope: nothing that ends an address, or a line. */
const form = /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[^\s@<>()[\],;:\\"\p{Cc}]{1,253}$/u;
const mostCharacters = 254;

/** In lower case, the domain in ASCII: one person, one form. `undefined` when it is no address that can be written to. */
export function normalAddress(text: string): string | undefined {
  const trimmed = text.trim().toLowerCase();
  if (!form.test(trimmed)) return undefined;
  const at = trimmed.lastIndexOf('@');
  const domain = domainToASCII(trimmed.slice(at + 1)).replace(/\.$/, '');
  const address = `${trimmed.slice(0, at)}@${domain}`;
  return domain !== '' && form.test(address) && address.length <= mostCharacters ? address : undefined;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
function localPartOf(address: string): string {
  return address.slice(0, address.lastIndexOf('@')).toLowerCase();
}

/** `address` with a token in it, as `help+token@example.com`: mail to it comes to `address`. */
export function withToken(address: string, token: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}+${token}${address.slice(at)}`;
}

/** The token in an address that is ours; '' when it has none, `undefined` when it is not ours. */
export function tokenIn(candidate: string, own: string): string | undefined {
  if (domainOf(candidate) !== domainOf(own)) return undefined;
  const local = localPartOf(candidate);
  const ownLocal = localPartOf(own);
  if (local === ownLocal) return '';
  return local.startsWith(`${ownLocal}+`) ? local.slice(ownLocal.length + 1) : undefined;
}

export function isOwnAddress(candidate: string, own: string): boolean {
  return tokenIn(candidate, own) !== undefined;
}
