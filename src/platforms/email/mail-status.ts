/** What the status codes of mail servers (RFC 3463) mean for whoever wrote the mail. The longest that fits counts. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['1.1', 'there is no such mailbox'],
  ['1.0', 'there is no such mailbox'],
  ['1.10', 'there is no such mailbox'],
  ['1.2', 'its domain does not exist, or takes no mail'],
  ['1.3', 'the address is not written as one'],
  ['1.6', 'the mailbox has moved, and nobody said where to'],
  ['1.8', 'the server there does not accept our address as the sender'],
  ['2.0', 'something is wrong with the mailbox there'],
  ['2.1', 'the mailbox is closed'],
  ['2.2', 'the mailbox is full'],
  ['2.3', 'the mail is larger than that mailbox takes'],
  ['3.4', 'the mail is larger than the server takes'],
  ['4.1', 'the server there does not answer'],
  ['4.3', 'the domain there cannot be found at the moment'],
  ['4.4', 'no server takes mail for that domain'],
  ['4.6', 'the mail went round in a circle'],
  ['4.7', 'the server there could not be reached for too long'],
  ['6.0', 'the server there could not read the content'],
  ['7', 'the server there refuses it by its rules: it may take it for unwanted mail'],
  ['7.1', 'the server there refuses it by its rules: it may take it for unwanted mail'],
  ['7.26', 'our domain does not prove its mail (SPF and DKIM), and the server there insists on it'],
]);

/** `5.1.1`, or what stands at the beginning of a server's answer. */
export function enhancedStatusIn(text: string): string | undefined {
  return /(?:^|[\s#-])([245]\.\d{1,3}\.\d{1,3})(?=\s|$|[:;,)-])/.exec(text.slice(0, 1000))?.[1];
}

/** A sentence for an agent: why a mail cannot go to `address`. */
export function undeliverable(address: string | undefined, status: string | undefined): string {
  const [, subject = '', detail = ''] = status?.split('.') ?? [];
  const meaning = meanings.get(`${subject}.${detail}`) ?? meanings.get(subject);
  const to = address === undefined ? '' : ` to ${address}`;
  return meaning === undefined
    ? `The mail could not be delivered${to}.`
    : `The mail could not be delivered${to}: ${meaning}.`;
}
