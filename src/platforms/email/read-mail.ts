import type { AutomaticReason } from './automatic-mail.ts';
import type { DeliveryReport } from './delivery-report.ts';
import type { MailAddress } from './email-address.ts';

/** A part that is a file, or an image of the layout. */
export interface MailFile {
  /** Its place among the files of the mail, from 0. */
  readonly index: number;
  readonly filename?: string;
  readonly mimeType: string;
  /** Bytes, decoded. */
  readonly size: number;
  /** Without brackets. */
  readonly contentId?: string;
}

/** What a mail says, read from its bytes alone: plain data, fit for Postgres. */
export interface ReadMail {
  /** Of the stored body: what its files are named by. */
  readonly key: string;
  /** Without brackets; made from the mail when it has none. */
  readonly messageId: string;
  /** What it answers, the root first, the nearest last; without brackets. */
  readonly references: readonly string[];
  /** As its head says it; ISO 8601. */
  readonly date?: string;
  readonly subject?: string;
  readonly from?: MailAddress;
  /** All addresses that an answer should go to. */
  readonly replyTo: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  /** What the servers on its way wrote down as its recipient. */
  readonly deliveredTo: readonly string[];
  /** More recipients than are kept. */
  readonly areRecipientsCut: boolean;
  readonly isVerified: boolean | null;
  readonly automatic?: AutomaticReason;
  readonly text?: string;
  readonly isTextCut: boolean;
  /** Where in `text` the quoted history begins. */
  readonly quotedFrom?: number;
  /** Sanitised. */
  readonly html?: string;
  readonly isHtmlCut: boolean;
  readonly hasRemoteImages: boolean;
  readonly files: readonly MailFile[];
  /** The mail is a server's report on one that went out. */
  readonly report?: DeliveryReport;
}
