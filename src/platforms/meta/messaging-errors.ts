import {
  account,
  type GraphVerdicts,
  graphVerdicts,
  type KnownError,
  message,
  range,
  reauthorise,
  waitChannel,
  waitConversation,
  window,
} from './graph-verdict.ts';

const notReceiving = 'The customer does not receive messages from you at the moment.';

/** The error codes of the Messenger Platform, which carries both, as far as they change what we do. */
export function messagingErrors(receiver: string): readonly KnownError[] {
  return [
    {
      codes: [190],
      outcome: reauthorise,
      sentence: `The access token of this ${receiver} channel has expired or was withdrawn. Set a new one in the settings of the channel.`,
    },
    {
      codes: [190],
      subcodes: [460],
      outcome: reauthorise,
      sentence:
        'The person who connected this channel has changed their password, which ended its access token. Set a new one in the settings of the channel.',
    },
    {
      codes: [190],
      subcodes: [463],
      outcome: reauthorise,
      sentence: `The access token of this ${receiver} channel has expired. Set a new one in the settings of the channel.`,
    },
    {
      codes: [190],
      subcodes: [467],
      outcome: reauthorise,
      sentence: `The access token of this ${receiver} channel is not valid any more. Set a new one in the settings of the channel.`,
    },
    {
      codes: [0, 3, 10, ...range(200, 299)],
      outcome: reauthorise,
      sentence: `${receiver} does not let this channel do that. Give its access token the permissions for messages and connect it again.`,
    },
    {
      codes: [10],
      subcodes: [2018278, 2018065, 2534022],
      outcome: window,
      sentence: `The customer has not written for too long: ${receiver} takes an answer within 24 hours, and a person's own within seven days. Wait until they write again.`,
    },
    // One thread in other hands, one person who will not hear: all the others can be written to as before.
    {
      codes: [10, 200],
      subcodes: [2018300, 2018321],
      outcome: message,
      code: 'thread_owned',
      sentence: `Another app or an automatic answer of ${receiver} has this conversation at the moment. Take it over in Meta Business Suite, or try again when it has been given back.`,
    },
    {
      codes: [10],
      subcodes: [1545041, 2018108, 1893015],
      outcome: message,
      code: 'not_receiving',
      sentence: notReceiving,
    },
    { codes: [200, 551], subcodes: [1545041, 2018108], outcome: message, sentence: notReceiving },
    { codes: [551], outcome: message, sentence: notReceiving },
    {
      codes: [10, 100],
      subcodes: [1893063, 2534029],
      outcome: account,
      sentence: 'Meta has restricted this business. Look at it in Meta Business Suite.',
    },
    {
      codes: [100],
      subcodes: [2018001, 2534014],
      outcome: message,
      sentence: `${receiver} does not know this customer any more.`,
    },
    {
      codes: [100],
      subcodes: [2018047],
      outcome: message,
      sentence: `${receiver} could not take the file. Try again, or send it in another format.`,
    },
    {
      codes: [100],
      subcodes: [2018109],
      outcome: message,
      sentence: `The file is too large for ${receiver}.`,
    },
    {
      codes: [100],
      outcome: message,
      sentence: `${receiver} did not accept the content of this message.`,
      isExplainedByPlatform: true,
    },
    {
      codes: [4, 17, 32, 613, 80002, 80006],
      outcome: waitChannel,
      sentence: `${receiver} limits how fast this channel may send.`,
    },
    // 2 is also what one hears of a customer who has blocked the account: the others must not wait for that one.
    {
      codes: [1, 2, 1200],
      outcome: waitConversation,
      sentence: `${receiver} is not available at the moment.`,
    },
    {
      codes: [368],
      outcome: account,
      sentence:
        'Meta has blocked this account for a while for breaking its rules. Look at it in Meta Business Suite.',
    },
  ];
}

/** `account` is what a channel is there: a page, an account. */
export function messagingVerdicts(receiver: string, account: string): GraphVerdicts {
  return graphVerdicts({
    receiver,
    account,
    managedIn: 'Meta Business Suite',
    errors: messagingErrors(receiver),
  });
}
