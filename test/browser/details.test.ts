import { expect } from 'chai';
import { inboundLocation, inboundText } from '../../src/simulator/index.ts';
import { arrives, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';

describe('places and customers in the browser', () => {
  const stage = useInbox('Dina Details');

  it('a place shows its name and address, and where it is on a map', async () => {
    const lena = newCustomer('Lena Location');
    const place = {
      latitude: 38.7139,
      longitude: -9.1394,
      name: 'Rua da Palma',
      address: 'Palma 112, Lisboa',
    };
    const id = await arrives(
      stage.acme,
      lena,
      inboundLocation(lena, place),
      inboundLocation(lena, { latitude: 41.1496, longitude: -8.611 }),
    );
    const { page } = await stage.openAt(`/inbox/all/${id}`);
    const named = page.getByRole('link', { name: 'Rua da Palma' });
    await seen(named.getByText('Palma 112, Lisboa'));
    expect(await page.getByText('Palma 112, Lisboa').count()).to.equal(1);
    for (const [link, latitude, longitude] of [
      [named, '38.7139', '-9.1394'],
      [page.getByRole('link', { name: 'Location' }), '41.1496', '-8.611'],
    ] as const) {
      const address = new URL((await link.getAttribute('href')) ?? '');
      expect(address.origin).to.equal('https://www.openstreetmap.org');
      expect(address.searchParams.get('mlat')).to.equal(latitude);
      expect(address.searchParams.get('mlon')).to.equal(longitude);
      expect(await link.getAttribute('target')).to.equal('_blank');
      expect(await link.getAttribute('rel'))
        .to.include('noopener')
        .and.include('noreferrer');
    }
  });

  it('each name of a customer at WhatsApp says what it is, and the parent id is nobody’s business', async () => {
    const ugo = { ...newCustomer('Ugo User'), userId: 'PT.1107', parentUserId: 'PT.ENT.2208' };
    const id = await arrives(stage.acme, ugo, inboundText(ugo, 'Who am I?'));
    const { page } = await stage.openAt(`/inbox/all/${id}`);
    const card = page.getByRole('region', { name: 'Customer', exact: true });
    await seen(card.getByTitle('PT.1107'));
    const terms = await card.getByRole('term').allInnerTexts();
    expect(terms.filter(term => term === 'WhatsApp user id')).to.have.length(1);
    expect(terms.filter(term => term === 'WhatsApp').length).to.be.at.most(1);
    expect(await card.innerText()).to.not.contain('PT.ENT.2208');
  });

  it('hours are told as people write them', async () => {
    const tia = newCustomer('Tia Time');
    const at = new Date(Date.now() - 24 * 3_600_000);
    at.setUTCHours(7, 29, 0, 0);
    const id = await arrives(stage.acme, tia, inboundText(tia, 'In the morning', { at }));
    for (const [locale, words] of [
      ['en-US', '7:29 AM'],
      ['en-GB', '07:29'],
    ] as const) {
      const inbox = await stage.openAt(`/inbox/all/${id}`, { locale, timezoneId: 'UTC' });
      await seen(inbox.line('In the morning').getByText(words, { exact: true }));
    }
  });

  it('names that may be cut can be read in full', async () => {
    const { page } = await stage.openAt('/inbox/all');
    await seen(page.getByRole('navigation', { name: 'Views' }).getByTitle('WhatsApp', { exact: true }));
  });
});
