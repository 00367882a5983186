import { expect } from 'chai';
import { Unavailable } from '../../../src/platforms/adapter.ts';
import { messagingErrors, messagingVerdicts } from '../../../src/platforms/meta/messaging-errors.ts';

const names = { Messenger: 'page', Instagram: 'account' };
/** Each class of the protocol with its codes, and subcodes where they make the difference. */
const table: Record<string, readonly string[]> = {
  'Rejected reauthorise': [
    '190',
    '190/460',
    '190/463',
    '190/467',
    '190/1',
    '0',
    '3',
    '10',
    '200',
    '230',
    '299',
    '100/33',
  ],
  'Rejected window': ['10/2018278', '10/2018065', '10/2534022'],
  'Rejected message': [
    '100',
    '100/2018001',
    '100/2534014',
    '100/2018047',
    '100/2018109',
    '100/5',
    '551',
    '551/1545041',
    '200/1545041',
    '10/2018108',
    '10/1893015',
    '10/2018300',
    '200/2018321',
  ],
  'Unavailable channel': ['4', '17', '32', '613', '80002', '80006'],
  'Unavailable conversation': ['1', '2', '1200'],
  'Rejected account': ['368', '10/1893063', '100/2534029'],
};
/** 10 by itself is what comes of words after the window. */
const codesOfOurOwn: Record<string, string> = {
  '10/1545041': 'not_receiving',
  '10/2018108': 'not_receiving',
  '10/1893015': 'not_receiving',
  '10/2018300': 'thread_owned',
  '200/2018321': 'thread_owned',
};

for (const [receiver, account] of Object.entries(names))
  describe(`Errors of ${receiver}`, () => {
    const { verdictOf, verdictOfAnswer } = messagingVerdicts(receiver, account);
    const verdict = (code: number, subcode?: number, status = 400) =>
      verdictOf({ code, subcode, text: 'm', isTransient: false }, status);
    for (const [expected, codes] of Object.entries(table))
      for (const key of codes)
        it(`${key} is ${expected}`, () => {
          const [code, subcode] = key.split('/').map(Number);
          for (const status of [200, 400, 500]) {
            const error = verdict(code ?? Number.NaN, subcode, status);
            expect(`${error.name} ${error.scope}`).to.equal(expected);
            expect(error.code).to.equal(codesOfOurOwn[key] ?? String(code));
            expect(error.message)
              .to.match(/^[A-Z].*[.a-z]$/)
              .and.not.to.contain('WhatsApp');
          }
        });
    it('names no code twice', () => {
      const keys = messagingErrors(receiver).flatMap(({ codes, subcodes }) =>
        codes.flatMap(code => (subcodes ?? ['']).map(subcode => `${code}/${subcode}`)),
      );
      expect(new Set(keys).size).to.equal(keys.length);
    });
    it('has words of its own for each way a token ends', () => {
      const sentences = [undefined, 460, 463, 467].map(subcode => verdict(190, subcode).message);
      expect(new Set(sentences).size).to.equal(4);
    });
    it('decides by status where the code is unknown, and adds what Meta says', () => {
      expect(verdict(999, undefined, 401).scope).to.equal('reauthorise');
      expect(verdict(999, undefined, 500)).to.be.instanceOf(Unavailable);
      expect(verdict(999).message).to.equal(`${receiver} refused this (code 999). ${receiver} says: m`);
      expect(verdict(100).message).to.contain(`${receiver} says: m`);
    });
    it('speaks of itself where Graph says nothing', () => {
      const answer = { status: 403, body: undefined, retryAfterMs: undefined };
      expect(verdictOfAnswer(answer).message).to.equal(
        `${receiver} refuses this channel. Look at its account in Meta Business Suite.`,
      );
    });
    it('does not promise in a known sentence that anything is tried again', () => {
      for (const error of messagingErrors(receiver)) expect(error.sentence).not.to.contain('tried again');
    });
  });
