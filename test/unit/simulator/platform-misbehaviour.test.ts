import { expect } from 'chai';
import { OutcomeUnknown, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import {
  crispError,
  type Fault,
  graphError,
  plainFault,
  telegramError,
  tidioError,
  tooManyRequests,
  twilioError,
} from '../../../src/simulator/index.ts';
import { openRig, type ProviderPlatform, type ProviderRig, providerPlatforms } from './provider-rigs.ts';
import { rejection } from './webhook-receiver.ts';

type Failure = readonly [new (...given: never[]) => Error, Readonly<Record<string, unknown>>];
const slowDown: Failure = [Unavailable, { scope: 'channel' }];
const badCredential: Failure = [Rejected, { scope: 'reauthorise' }];

/** Refusals in the platform's own form, and what the adapter makes of them. */
const refusals: Readonly<Record<ProviderPlatform, readonly (readonly [Fault, Failure])[]>> = {
  facebook: graphRefusals(2018278),
  instagram: graphRefusals(2534022),
  telegram: [
    [telegramError(401, 'Unauthorized'), badCredential],
    [telegramError(403, 'Forbidden: bot was blocked by the user'), [Rejected, { code: 'blocked' }]],
    [tooManyRequests(7), [Unavailable, { scope: 'channel', retryAfterMs: 7000 }]],
    [telegramError(500, 'Internal Server Error'), [OutcomeUnknown, {}]],
  ],
  sms: [
    [twilioError(401, 20003, 'Authenticate'), badCredential],
    [twilioError(400, 21610, 'Attempt to send to unsubscribed recipient'), [Rejected, { code: '21610' }]],
    [twilioError(429, 20429, 'Too Many Requests'), slowDown],
  ],
  crisp: [
    [crispError(401, 'invalid_session'), badCredential],
    [crispError(404, 'conversation_not_found'), [Rejected, { scope: 'message' }]],
    [crispError(429, 'quota_limit_exceeded'), slowDown],
    [crispError(402, 'subscription_upgrade_required'), [Rejected, { scope: 'account' }]],
  ],
  tidio: [
    [tidioError(401, 'unauthorized', 'No.'), badCredential],
    [tidioError(404, 'not_found', 'There is no such ticket.'), [Rejected, { scope: 'message' }]],
    [tidioError(429, 'too_many_requests', 'Too many requests'), slowDown],
  ],
};

function graphRefusals(windowSubcode: number): readonly (readonly [Fault, Failure])[] {
  const fault = (status: number, code: number, subcode?: number) =>
    plainFault(graphError(status, code, subcode));
  return [
    [fault(401, 190, 463), badCredential],
    [fault(400, 10, windowSubcode), [Rejected, { scope: 'window' }]],
    [fault(400, 551), [Rejected, { scope: 'message' }]],
    [fault(400, 613), slowDown],
  ];
}

/** What any server may do, whether the message was taken, and what the adapter can know. */
const accidents: readonly (readonly [string, Fault, boolean, Failure])[] = [
  ['a reset before', { kind: 'reset', isAccepted: false }, false, [OutcomeUnknown, {}]],
  ['a reset after', { kind: 'reset', isAccepted: true }, true, [OutcomeUnknown, {}]],
  ['silence before', { kind: 'stall', isAccepted: false }, false, [OutcomeUnknown, {}]],
  ['silence after', { kind: 'stall', isAccepted: true }, true, [OutcomeUnknown, {}]],
  [
    'a gateway that fell over',
    { kind: 'answer', status: 502, body: '<html>', contentType: 'text/html', isAccepted: true },
    true,
    [OutcomeUnknown, {}],
  ],
  [
    'an answer that breaks off',
    { kind: 'answer', status: 200, body: '{"', isAccepted: true },
    true,
    [OutcomeUnknown, {}],
  ],
];

for (const platform of providerPlatforms)
  describe(`a provider of ${platform}, misbehaving`, () => {
    let rig: ProviderRig;
    before(async () => {
      rig = await openRig(platform);
    });
    after(() => rig.close());

    const expectFailure = async (sending: Promise<unknown>, [errorClass, properties]: Failure) => {
      const error = await rejection(sending);
      expect(error).to.be.instanceOf(errorClass);
      expect(error).to.include(properties);
    };

    it('refuses in its own words, without taking anything', async () => {
      for (const [fault, failure] of refusals[platform]) {
        rig.failNext(fault);
        await expectFailure(rig.send('Refused'), failure);
      }
      expect(rig.words()).to.not.include('Refused');
    });
    for (const [name, fault, isAccepted, failure] of accidents)
      it(`${name} ${isAccepted ? 'it was' : 'anything was'} taken`, async () => {
        rig.failNext(fault);
        await expectFailure(rig.send(name, fault.kind === 'stall' ? 150 : 2000), failure);
        expect(rig.words().includes(name)).to.equal(isAccepted);
        // One fault spoils one request.
        await rig.send(`after ${name}`);
        expect(rig.words().at(-1)).to.equal(`after ${name}`);
      });
    it('is late', async () => {
      rig.failNext({ kind: 'delay', delayMs: 20 });
      await rig.send('Late');
      expect(rig.words().at(-1)).to.equal('Late');
    });
    it('behaves when told', async () => {
      for (let times = 0; times < 3; times++) rig.failNext({ kind: 'reset', isAccepted: false });
      rig.provider.behaveWell(rig.id);
      await rig.send('Well');
      expect(rig.words().at(-1)).to.equal('Well');
    });
  });
