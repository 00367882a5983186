import { expect } from 'chai';
import {
  type ConversationRow,
  conversationPatch,
  conversationPatchSql,
  selectConversation,
} from '../../src/features/conversations/index.ts';
import { inboundText } from '../../src/simulator/index.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

/** Postgres writes the events of messages of known writers, Node all others: nobody may see which. */
describe('the JSON of a conversation that Postgres writes', () => {
  let product: Product;
  let acme: ProductTenant;
  const waId = '351970000001';
  const write = (text: string) => acme.receive([inboundText({ waId, name: 'Jason' }, text)]);

  before(async () => {
    product = await startProduct();
    ({ acme } = product);
    await write('one');
  });
  after(() => product?.close());

  const times = ['NULL', `now() - interval '3 days'`, `now() + interval '90 minutes 123 milliseconds'`];
  const subjects = ['NULL', `''`, `E'Line one\\nline "two" \\\\ \u{1F600} \\u2028'`];

  it('is what Node makes of the row, in every state', async () => {
    let compared = 0;
    for (const status of ['new', 'open', 'pending', 'snoozed', 'resolved', 'archived'])
      for (let turn = 0; turn < 27; turn++) {
        const [first, second, third] = [turn % 3, Math.floor(turn / 3) % 3, Math.floor(turn / 9)];
        const [row] = await acme.query<ConversationRow & { json: string }>(
          `UPDATE conversations c SET status = '${status}', subject = ${subjects[first]},
             resolved_at = CASE WHEN '${status}' IN ('resolved', 'archived') THEN now() END,
             waiting_since = ${times[second]}, first_response_at = ${times[turn % 2]}, snoozed_until = ${times[third]},
             window_expires_at = ${times[first]}, sla_first_response_due_at = ${times[second]},
             sla_next_response_due_at = ${times[third]}, sla_resolution_due_at = ${times[first]}
           RETURNING ${selectConversation('c')}, '{' || ${conversationPatchSql('c')} || '}' AS json`,
        );
        if (!row) throw new Error('There is no conversation.');
        expect(JSON.parse(row.json), row.json).to.deep.equal(conversationPatch(row));
        compared++;
      }
    expect(compared).to.equal(162);
  });

  it('is in events that say the same as the API, whoever wrote them', async () => {
    await acme.query(
      `UPDATE conversations SET status = 'open', resolved_at = NULL, snoozed_until = NULL, subject = NULL`,
    );
    for (const text of ['two', 'three', 'words in "quotes" \\ and a \u{1F600}', 'line\nbreak', ' '])
      await write(text);
    await expectEventsTellAll(acme);
  });
});
