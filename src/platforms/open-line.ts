import type { OutboundMessage, SentReceipt } from './outbound-message.ts';
import type { ChannelCheck, Pulled } from './platform-answers.ts';

/** What a line says of itself: as a check says it, and while a device has to be paired, the code that it must read. */
export interface LineState extends ChannelCheck {
  readonly pairing?: { readonly code: string; readonly expiresAt: Date };
}
/** Versions of a session that must outlive its process. Sealed at rest; a version is whole, or it is not listed. */
export interface SessionVault {
  /** Newest first, the last three that were saved; none when the session was ended. */
  versions(): Promise<readonly number[]>;
  /** Throws DamagedSession. */
  open(version: number): Promise<Buffer>;
  /** Throws LineLost when another process holds the line by now. */
  save(content: Buffer): Promise<void>;
  /** The platform says that the session is over: it is listed no longer. For a week a person can bring it back. */
  end(): Promise<void>;
}
/** What a line may do with us. Everything of it throws LineLost when the line is another process's by now. */
export interface LineHost {
  /** Something may be there to be pulled. */
  ring(what: string): Promise<void>;
  /** Stores what came over the line; durable when it resolves. */
  deliver(bodies: Pulled['bodies']): Promise<void>;
  tell(state: LineState): Promise<void>;
  readonly session: SessionVault;
}
/** A connection that stays open, for platforms that are listened to. At most one is open for a channel, over all processes. */
export interface OpenLine {
  /** Resolves after `close`; otherwise rejects: Rejected (a person must look), anything else is opened again later. */
  readonly ended: Promise<void>;
  /** For platforms that send over their line; as the adapter's own `send`. */
  send?(message: OutboundMessage): Promise<SentReceipt>;
  /** Resolves when everything of it is closed and saved; never throws, and takes ten seconds at most. */
  close(): Promise<void>;
}
