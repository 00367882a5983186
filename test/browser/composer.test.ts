import { expect } from 'chai';
import { graphError, inboundText } from '../../src/simulator/index.ts';
import { lookOf } from '../support/in-page.ts';
import { arrives, type Customer, gone, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 3_600_000;

describe('the composer in the browser', () => {
  const stage = useInbox('Carla Composer');

  const acceptedFrom = ({ waId }: Customer) =>
    stage.product.provider
      .accepted(stage.acme.account.phoneNumberId)
      .filter(message => message.waId === waId);

  it('Enter sends, Shift+Enter begins a line, and Enter that ends the choice of a character does neither', async () => {
    const ivo = newCustomer('Ivo Enter');
    const inbox = await stage.chatWith(ivo);
    const box = inbox.box(ivo.name);
    await box.pressSequentially('One');
    await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    // Safari's way to say it: the composition is over, and only the code of the key tells.
    await box.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true });
    await box.press('Shift+Enter');
    await box.pressSequentially('Two');
    expect(await box.inputValue()).to.equal('One\nTwo');
    await box.press('Enter');
    await inbox.ticks('Two', 'sent');
    expect(await box.inputValue()).to.equal('');
    const [message] = acceptedFrom(ivo);
    expect(message?.body).to.have.nested.property('text.body', 'One\nTwo');
  });

  it('what is submitted twice, or whose answer is lost on the way, is sent once', async () => {
    const dora = newCustomer('Dora Double');
    const inbox = await stage.chatWith(dora);
    await inbox.box(dora.name).fill('Only once');
    await inbox.button(/^Send/).dblclick();
    await inbox.ticks('Only once', 'sent');

    stage.browser.expectProblem(/net::ERR_FAILED .*\/messages$/);
    await inbox.page.route(
      /\/conversations\/\d+\/messages$/,
      async route => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await inbox.reply(dora.name, 'Lost and found');
    await inbox.ticks('Lost and found', 'sent');
    await gone(inbox.page.getByRole('article', { name: 'You, not sent yet' }));
    expect(await inbox.line('Lost and found').count()).to.equal(1);
    const texts = acceptedFrom(dora).map(({ body }) => body.type === 'text' && body.text.body);
    expect(texts).to.deep.equal(['Only once', 'Lost and found']);
  });

  it('a note has another colour, stays among colleagues and does not disturb the reply', async () => {
    const nils = newCustomer('Nils Note');
    const inbox = await stage.chatWith(nils);
    await inbox.box(nils.name).fill('A reply that is not ready');
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    await inbox.noteBox().fill('He is a regular.\nBe kind.');
    await inbox.button(/^Save note/).click();
    const note = inbox.page.getByRole('article', { name: `Note by ${stage.agent.name}` });
    await seen(note.getByText('Be kind.'));
    expect(await inbox.noteBox().inputValue()).to.equal('');
    await inbox.page.getByRole('tab', { name: 'Reply' }).click();
    expect(await inbox.box(nils.name).inputValue()).to.equal('A reply that is not ready');
    await inbox.box(nils.name).press('Enter');
    await inbox.ticks('A reply that is not ready', 'sent');
    const bubble = inbox.line('A reply that is not ready').locator('> div').first();
    expect((await lookOf(note)).backgroundColor).to.not.equal((await lookOf(bubble)).backgroundColor);
    expect(acceptedFrom(nils)).to.have.length(1);
  });

  it('a note whose answer is lost on the way is saved once', async () => {
    const lena = newCustomer('Lena Lost');
    const inbox = await stage.chatWith(lena);
    let losses = 1;
    stage.browser.expectProblem(/net::ERR_FAILED .*\/notes$/);
    await inbox.page.route(/\/conversations\/\d+\/notes$/, async route => {
      if (route.request().method() !== 'POST' || losses === 0) return route.fallback();
      losses--;
      await route.fetch();
      await route.abort();
    });
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    await inbox.noteBox().fill('Written once');
    await inbox.button(/^Save note/).click();
    await seen(inbox.page.getByText('The note is kept here'));
    await inbox.button(/^Save note/).click();
    await until('the field is empty', async () => (await inbox.noteBox().inputValue()) === '');
    const notes = await stage.acme.query('SELECT id FROM conversation_notes WHERE content = $1', [
      'Written once',
    ]);
    expect(notes).to.have.length(1);
  });

  it('the same words again are another note', async () => {
    const inbox = await stage.chatWith(newCustomer('Otto Often'));
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    for (const count of [1, 2]) {
      await inbox.noteBox().fill('Called, no answer');
      await inbox.button(/^Save note/).click();
      await until('the field is empty', async () => (await inbox.noteBox().inputValue()) === '');
      const notes = await stage.acme.query('SELECT id FROM conversation_notes WHERE content = $1', [
        'Called, no answer',
      ]);
      expect(notes).to.have.length(count);
    }
  });

  it('what is written while a note is being saved stays, also when the conversation was left meanwhile', async () => {
    const [nora, noel] = [newCustomer('Nora Note'), newCustomer('Noel Next')];
    await arrives(stage.acme, noel, 'Another conversation');
    const inbox = await stage.chatWith(nora);
    let release: () => void = () => undefined;
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    await inbox.page.route(/\/conversations\/\d+\/notes$/, async route => {
      if (route.request().method() !== 'POST') return route.fallback();
      await released;
      await route.continue();
    });
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    await inbox.noteBox().fill('Saved slowly');
    await inbox.noteBox().press('Enter');
    await inbox.noteBox().pressSequentially(' and more');
    await inbox.open(noel.name);
    await inbox.open(nora.name);
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    await inbox.noteBox().press('End');
    await inbox.noteBox().pressSequentially(' of it');
    release();
    await seen(inbox.line('Saved slowly'));
    await until(
      'the saved part is gone',
      async () => (await inbox.noteBox().inputValue()) === 'and more of it',
    );
    await inbox.page.reload();
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    expect(await inbox.noteBox().inputValue()).to.equal('and more of it');
  });

  it('a half-filled template stays when the window opens, and with its conversation', async () => {
    const [tess, todd] = [newCustomer('Tess Template'), newCustomer('Todd Text')];
    await arrives(stage.acme, todd, 'Another conversation');
    const yesterday = inboundText(tess, 'Hello?', { at: new Date(Date.now() - DAY_MS - 60_000) });
    const id = await arrives(stage.acme, tess, yesterday);
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    await inbox.page.getByRole('option', { name: 'order_update' }).click();
    const value = inbox.page.getByLabel('Variable {{1}}');
    await value.fill('Tess');
    await inbox.open(todd.name);
    await inbox.open(tess.name);
    expect(await value.inputValue()).to.equal('Tess');
    await arrives(stage.acme, tess, 'Here I am again');
    await seen(inbox.page.getByText('window open, closes in'));
    expect(await value.inputValue()).to.equal('Tess');
    await inbox.page.reload();
    await seen(value);
    expect(await value.inputValue()).to.equal('Tess');
    await inbox.button('Back to text').click();
    await seen(inbox.box(tess.name));
    await inbox.button('Template').click();
    expect(await value.inputValue()).to.equal('Tess');
  });

  it('a draft of each kind survives a reload and stays with its conversation', async () => {
    const [dana, dirk] = [newCustomer('Dana Draft'), newCustomer('Dirk Draft')];
    await arrives(stage.acme, dirk, 'Another conversation');
    const inbox = await stage.chatWith(dana);
    await inbox.box(dana.name).pressSequentially('Half a rep');
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    await inbox.noteBox().pressSequentially('Half a note');
    await inbox.page.reload();
    await seen(inbox.box(dana.name));
    expect(await inbox.box(dana.name).inputValue()).to.equal('Half a rep');
    await inbox.page.getByRole('tab', { name: 'Note' }).click();
    expect(await inbox.noteBox().inputValue()).to.equal('Half a note');
    await inbox.open(dirk.name);
    expect(await inbox.box(dirk.name).inputValue()).to.equal('');
    await inbox.open(dana.name);
    expect(await inbox.box(dana.name).inputValue()).to.equal('Half a rep');
  });

  it('quotes a message, takes the quote away, and reacts', async () => {
    const quin = newCustomer('Quin Quote');
    const inbox = await stage.chatWith(quin, 'Is the lamp in stock?');
    const line = inbox.page.getByRole('article', { name: quin.name });
    await line.hover();
    await line.getByRole('button', { name: 'Reply to this message' }).click();
    await seen(inbox.page.getByText(`Reply to ${quin.name}: Is the lamp in stock?`));
    await inbox.button('Do not quote').click();
    await gone(inbox.page.getByText(`Reply to ${quin.name}:`));
    await line.hover();
    await line.getByRole('button', { name: 'Reply to this message' }).click();
    await inbox.reply(quin.name, 'Twelve of them.');
    await seen(
      inbox.line('Twelve of them.').getByRole('button').filter({ hasText: 'Is the lamp in stock?' }),
    );
    await inbox.ticks('Twelve of them.', 'sent');
    const [answer] = acceptedFrom(quin);
    expect(answer?.replyTo).to.be.a('string');

    await line.hover();
    await line.getByRole('button', { name: 'React' }).click();
    await inbox.page.getByRole('menuitem', { name: '👍' }).click();
    await seen(line.getByTitle('You', { exact: true }));
    await until('WhatsApp has the reaction', () =>
      acceptedFrom(quin).some(({ body }) => body.type === 'reaction' && body.reaction.emoji === '👍'),
    );
  });

  it('says when a text is too long and does not send it', async () => {
    const lola = newCustomer('Lola Long');
    const inbox = await stage.chatWith(lola);
    await inbox.box(lola.name).fill('x'.repeat(4100));
    await seen(inbox.page.getByRole('alert').getByText('4 too many'));
    expect(await inbox.button(/^Send/).isDisabled()).to.equal(true);
    await inbox.box(lola.name).press('Enter');
    expect(await inbox.box(lola.name).inputValue()).to.have.length(4100);
  });

  it('when the window is closed only a template can be sent, and a new message opens it again', async () => {
    const vera = newCustomer('Vera Window');
    const yesterday = inboundText(vera, 'Are you there?', { at: new Date(Date.now() - DAY_MS - 60_000) });
    const id = await arrives(stage.acme, vera, yesterday);
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    await seen(inbox.page.getByText('window closed'));
    await seen(inbox.page.getByText('only an approved template can be sent'));
    expect(await inbox.box(vera.name).count()).to.equal(0);

    await inbox.page.getByRole('option', { name: 'order_update' }).click();
    for (const [index, value] of ['Vera', '20418'].entries())
      await inbox.page.getByLabel(`Variable {{${index + 1}}}`).fill(value);
    await inbox.button('Send template').click();
    await inbox.ticks('Hi Vera, order 20418 is on its way.', 'sent');
    const [message] = acceptedFrom(vera);
    expect(message?.body.type).to.equal('template');
    expect(JSON.stringify(message?.body)).to.contain('20418');

    await arrives(stage.acme, vera, 'Thank you, and another question');
    await seen(inbox.page.getByText('window open, closes in'));
    await seen(inbox.box(vera.name));
  });

  it('a failed message says why, and trying again sends it', async () => {
    const finn = newCustomer('Finn Fails');
    const inbox = await stage.chatWith(finn);
    stage.product.provider.failNext(stage.acme.account.phoneNumberId, graphError(400, 131026));
    await inbox.reply(finn.name, 'Did this arrive?');
    await inbox.ticks('Did this arrive?', 'failed');
    await seen(inbox.line('Did this arrive?').getByText('WhatsApp cannot deliver to this customer'));
    await seen(inbox.row(finn.name).getByText('Not sent'));
    expect(acceptedFrom(finn)).to.have.length(0);
    await inbox.page.reload();
    await seen(inbox.row(finn.name).getByText('Not sent'));
    await inbox.line('Did this arrive?').getByRole('button', { name: 'Try again' }).click();
    await inbox.ticks('Did this arrive?', 'sent');
    await gone(inbox.line('Did this arrive?').getByText('WhatsApp cannot deliver'));
    await gone(inbox.row(finn.name).getByText('Not sent'));
    expect(acceptedFrom(finn)).to.have.length(1);
  });

  it('an outcome that nobody knows is explained, and is not sent again by itself', async () => {
    const una = newCustomer('Una Unknown');
    const inbox = await stage.chatWith(una);
    stage.product.provider.failNext(stage.acme.account.phoneNumberId, { kind: 'reset', isAccepted: true });
    await inbox.reply(una.name, 'Maybe you have this');
    await inbox.ticks('Maybe you have this', 'unknown');
    await seen(inbox.line('Maybe you have this').getByText('it may have arrived'));
    await seen(inbox.row(una.name).getByText('Not confirmed'));
    expect(acceptedFrom(una)).to.have.length(1);
    await inbox.line('Maybe you have this').getByRole('button', { name: 'Send again anyway' }).click();
    await inbox.ticks('Maybe you have this', 'sent');
    expect(acceptedFrom(una)).to.have.length(2);
  });

  it('writes while offline, over a reload too, and everything is sent once when the line is back', async () => {
    const otto = newCustomer('Otto Offline');
    const inbox = await stage.chatWith(otto);
    stage.browser.expectProblem(/net::ERR_(INTERNET_DISCONNECTED|FAILED)/);
    await inbox.page.context().setOffline(true);
    await seen(inbox.page.getByText('You are offline. Go on writing'));
    await inbox.reply(otto.name, 'First in the tunnel');
    await inbox.reply(otto.name, 'Second in the tunnel');
    await seen(inbox.page.getByText('2 messages wait to be sent.'));
    await seen(inbox.line('First in the tunnel').getByText('Kept here and sent as soon as'));
    expect(acceptedFrom(otto)).to.have.length(0);

    await inbox.page.context().setOffline(false);
    await inbox.ticks('First in the tunnel', 'sent');
    await inbox.ticks('Second in the tunnel', 'sent');
    await gone(inbox.page.getByText('You are offline'));
    const texts = acceptedFrom(otto).map(({ body }) => body.type === 'text' && body.text.body);
    expect(texts).to.deep.equal(['First in the tunnel', 'Second in the tunnel']);
  });

  it('what waits to be sent survives the end of the page', async () => {
    const rosa = newCustomer('Rosa Reload');
    const inbox = await stage.chatWith(rosa);
    stage.browser.expectProblem(/net::ERR_FAILED .*\/messages$/);
    const closed = /\/conversations\/\d+\/messages$/;
    await inbox.page.route(closed, route =>
      route.request().method() === 'POST' ? route.abort() : route.fallback(),
    );
    await inbox.reply(rosa.name, 'Kept over the reload');
    await seen(inbox.line('Kept over the reload').getByText('Kept here'));
    await inbox.page.unroute(closed);
    await inbox.page.reload();
    await inbox.ticks('Kept over the reload', 'sent');
    expect(acceptedFrom(rosa)).to.have.length(1);
  });
});
