import type { MessageStatus } from '../../contract/messages.ts';
import type { Statement } from '../../db/planes.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

/** A message that a fact speaks of: what is quoted, reacted to, edited, revoked, or has a receipt. */
export interface Target {
  readonly id: number;
  readonly conversationId: number;
  readonly channelId: number;
  readonly externalId: string | null;
  readonly direction: 'inbound' | 'outbound';
  readonly status: MessageStatus;
}

const COLUMNS = `m.id, m.conversation_id AS "conversationId", m.channel_id AS "channelId",
  m.platform_message_id AS "externalId", m.direction, m.status`;

/**
 * What we give the platform to give back: the row's id finds it, the uuid proves that it is ours and this tenant's.
 */
export const correlatorOf = (messageId: number, publicId: string) => `${messageId}.${publicId}`;
/** A receiver that names its messages itself may still speak of one by the name that we gave it. */
export const givenCorrelator = (receipt: { readonly correlator?: string; readonly externalId: string }) =>
  receipt.correlator ?? receipt.externalId;

const BY_EXTERNAL_ID: Statement = {
  name: 'targets-by-external-id',
  text: `SELECT ${COLUMNS} FROM unnest($1::bigint[], $2::text[]) AS w (channel_id, platform_message_id)
    JOIN messages m USING (channel_id, platform_message_id)`,
};
const BY_CORRELATOR: Statement = {
  name: 'targets-by-correlator',
  text: `SELECT ${COLUMNS}, m.public_id AS "publicId" FROM unnest($1::bigint[], $2::uuid[]) AS w (id, public_id)
    JOIN messages m USING (id, public_id)`,
};

export class Targets {
  readonly #byExternalId = new Map<string, Target>();
  readonly #byCorrelator = new Map<string, Target>();

  /** Two pipelined statements for the whole batch. */
  async load(
    tx: TenantTx,
    wanted: readonly { channelId: number; externalId: string }[],
    correlators: readonly string[],
  ) {
    const pairs = correlators.flatMap(correlator => {
      const match = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(correlator);
      return match ? [{ id: Number(match[1]), publicId: match[2] as string }] : [];
    });
    const [byExternalId, byCorrelator] = await Promise.all([
      wanted.length === 0
        ? []
        : tx.query<Target>(BY_EXTERNAL_ID, [
            wanted.map(want => want.channelId),
            wanted.map(want => want.externalId),
          ]),
      pairs.length === 0
        ? []
        : tx.query<Target & { publicId: string }>(BY_CORRELATOR, [
            pairs.map(pair => pair.id),
            pairs.map(pair => pair.publicId),
          ]),
    ]);
    for (const target of byExternalId) this.put(target);
    for (const target of byCorrelator)
      this.#byCorrelator.set(correlatorOf(target.id, target.publicId), target);
  }

  put(target: Target): void {
    this.#byExternalId.set(`${target.channelId}\n${target.externalId}`, target);
  }

  find(channelId: number, externalId: string, correlator?: string): Target | undefined {
    const byCorrelator = correlator === undefined ? undefined : this.#byCorrelator.get(correlator);
    return byCorrelator?.channelId === channelId
      ? byCorrelator
      : this.#byExternalId.get(`${channelId}\n${externalId}`);
  }
}
