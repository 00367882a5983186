import { expect } from 'chai';
import type { Abilities } from '../../../src/contract/channels.ts';
import { type Message, type SendMessageBody, sendMessageBody } from '../../../src/contract/messages.ts';
import type { LockedConversation } from '../../../src/features/conversations/index.ts';
import { checkMessage, chooseFiles } from '../../../src/features/outbound/check-message.ts';
import { Conflict, ValidationError } from '../../../src/kit/errors.ts';
import { readOnlyAbilities } from '../../../src/platforms/read-only-abilities.ts';

const MB = 1024 * 1024;
const able: Abilities = {
  ...readOnlyAbilities,
  send: ['text', 'template', 'interactive'],
  maximumTextLength: 20,
  maximumCaptionLength: 10,
  maximumFiles: 2,
  files: {
    image: { maximumBytes: 5 * MB, mimeTypes: ['image/jpeg', 'image/png'] },
    audio: { maximumBytes: 1.5 * MB, mimeTypes: ['audio/*'] },
    document: { maximumBytes: 100 * MB, mimeTypes: ['*/*'] },
  },
  buttons: { maximum: 3, maximumTitleLength: 5, maximumTextLength: 12 },
  list: { maximum: 4, maximumTitleLength: 6, maximumDescriptionLength: 8, maximumTextLength: 14 },
  reply: true,
};
/** What is said to whoever sends this; `undefined`: it may go. */
function refusalOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(ValidationError);
    return (error as Error).message;
  }
}
const open = { status: 'open' } as LockedConversation;
const check = (body: Record<string, unknown>, abilities: Partial<Abilities> = {}) =>
  refusalOf(() =>
    checkMessage({ type: 'text', ...body } as SendMessageBody, open, { ...able, ...abilities }),
  );

const choices = (count: number, title = 'Yes') =>
  Array.from({ length: count }, (_, n) => ({ id: `${n}`, title }));
const interactive = (fields: object) => ({ type: 'interactive', content: 'Which?', ...fields });
const emoji = '👍';

describe('a message before it is sent', () => {
  const cases: readonly (readonly [
    what: string,
    body: Record<string, unknown>,
    said: string | undefined,
    able?: Partial<Abilities>,
  ])[] = [
    ['words as long as they may be', { content: 'x'.repeat(20) }, undefined],
    [
      'words too long by one',
      { content: 'x'.repeat(21) },
      'content: this channel takes 20 characters at most.',
    ],
    ['signs of two units', { content: emoji.repeat(10) }, undefined],
    [
      'signs of two units, one too many',
      { content: emoji.repeat(11) },
      'content: this channel takes 20 characters at most.',
    ],
    ['bytes as many as may be', { content: emoji.repeat(5) }, undefined, { textUnit: 'bytes' }],
    [
      'bytes too many',
      { content: emoji.repeat(6) },
      'content: this channel takes 20 bytes at most.',
      { textUnit: 'bytes' },
    ],
    [
      'accents, which are bytes of their own',
      { content: 'é'.repeat(11) },
      'content: this channel takes 20 bytes at most.',
      { textUnit: 'bytes' },
    ],
    ['accents, which are one character each', { content: 'é'.repeat(11) }, undefined],
    [
      'a type that the channel has not',
      { content: 'x' },
      'type: this channel cannot send text messages.',
      { send: ['template'] },
    ],
    [
      'a template where there are none',
      { type: 'template', template: { name: 'a', language: 'en' } },
      'type: this channel cannot send template messages.',
      { send: ['text'] },
    ],
    ['a quote', { content: 'x', replyToId: 1 }, undefined],
    [
      'a quote where there are none',
      { content: 'x', replyToId: 1 },
      'replyToId: this channel cannot quote messages.',
      { reply: false },
    ],

    ['words under a file', { content: 'x'.repeat(10), attachments: [1] }, undefined],
    [
      'too many words under a file',
      { content: 'x'.repeat(11), attachments: [1] },
      'content: this channel takes 10 characters at most.',
    ],
    [
      'too many bytes under a file',
      { content: 'ééé', attachments: [1] },
      'content: this channel takes 5 bytes at most.',
      { textUnit: 'bytes', maximumCaptionLength: 5 },
    ],
    [
      'words under a file that goes alone',
      { content: 'x', attachments: [1] },
      'content: files go without words on this channel. Send the words before them.',
      { maximumCaptionLength: 0 },
    ],
    [
      'words and a file where there are no files',
      { content: 'x', attachments: [1] },
      'attachments: this channel sends no files.',
      { maximumCaptionLength: 0, maximumFiles: 0 },
    ],
    ['a file alone', { attachments: [1] }, undefined, { maximumCaptionLength: 0 }],

    ['buttons', interactive({ buttons: choices(3) }), undefined],
    ['too many buttons', interactive({ buttons: choices(4) }), 'buttons: this channel shows 3 at most.'],
    [
      'a long button',
      interactive({ buttons: [...choices(1), { id: 'other', title: 'Maybe!' }] }),
      'buttons.1.title: this channel shows 5 characters at most.',
    ],
    [
      'two buttons of one id',
      interactive({ buttons: [...choices(1), ...choices(1)] }),
      'buttons: two have the same id, so that nobody could tell which was tapped.',
    ],
    [
      'a button with a description',
      interactive({ buttons: [{ id: 'a', title: 'Yes', description: 'x' }] }),
      'buttons.0.description: this channel shows 0 characters at most.',
    ],
    ['words over buttons', interactive({ content: 'x'.repeat(12), buttons: choices(1) }), undefined],
    [
      'too many words over buttons',
      interactive({ content: 'x'.repeat(13), buttons: choices(1) }),
      'content: this channel takes 12 characters at most.',
    ],
    [
      'buttons where there are none',
      interactive({ buttons: choices(1), content: '' }),
      'buttons: this channel has none.',
      { buttons: null },
    ],

    ['a list', interactive({ list: { button: 'Open', choices: choices(4, 'Choice') } }), undefined],
    [
      'too long a list',
      interactive({ list: { button: 'Open', choices: choices(5) } }),
      'list.choices: this channel shows 4 at most.',
    ],
    [
      'a long line of a list',
      interactive({ list: { button: 'Open', choices: choices(1, 'Choices') } }),
      'list.choices.0.title: this channel shows 6 characters at most.',
    ],
    [
      'a described line',
      interactive({
        list: { button: 'Open', choices: [{ id: 'a', title: 'A', description: 'x'.repeat(8) }] },
      }),
      undefined,
    ],
    [
      'a line described at length',
      interactive({
        list: { button: 'Open', choices: [{ id: 'a', title: 'A', description: 'x'.repeat(9) }] },
      }),
      'list.choices.0.description: this channel shows 8 characters at most.',
    ],
    [
      'too many words over a list',
      interactive({ content: 'x'.repeat(15), list: { button: 'Open', choices: choices(1) } }),
      'content: this channel takes 14 characters at most.',
    ],
    [
      'a list where there are none',
      interactive({ content: '', list: { button: 'Open', choices: choices(1) } }),
      'list.choices: this channel has none.',
      { list: null },
    ],
  ];
  for (const [what, body, said, abilities] of cases)
    it(`with ${what} ${said === undefined ? 'may go' : 'is told why it may not'}`, () => {
      expect(check(body, abilities)).to.equal(said);
    });

  it('in an archived conversation does not go', () => {
    const archived = { status: 'archived' } as LockedConversation;
    expect(() => checkMessage({ type: 'text', content: 'x' }, archived, able)).to.throw(Conflict, 'archived');
  });

  it('has what its type needs, and nothing of another', () => {
    const faultsOf = (body: object) =>
      sendMessageBody.safeParse(body).error?.issues.map(issue => issue.path[0]) ?? [];
    const template = { name: 'a', language: 'en' };
    const good: readonly object[] = [
      { content: 'x' },
      { attachments: [1] },
      { content: 'x', attachments: [1, 2] },
      { type: 'template', template },
      { type: 'template', template: { ...template, header: { attachmentId: 1 } } },
      { type: 'template', template: { ...template, header: { text: 'x' } }, variables: ['a'] },
      interactive({ buttons: choices(1) }),
      interactive({ list: { button: 'Open', choices: choices(1) } }),
    ];
    for (const body of good) expect(faultsOf(body), JSON.stringify(body)).to.deep.equal([]);
    const bad: readonly (readonly [object, string])[] = [
      [{}, 'content'],
      [{ content: ' ' }, 'content'],
      [{ attachments: [] }, 'attachments'],
      [{ attachments: Array.from({ length: 11 }, (_, n) => n + 1) }, 'attachments'],
      [{ attachments: ['1'] }, 'attachments'],
      [{ type: 'template' }, 'template'],
      [{ type: 'template', template: { ...template, header: { text: 'x', attachmentId: 1 } } }, 'template'],
      [{ type: 'template', template, attachments: [1] }, 'attachments'],
      [{ content: 'x', template }, 'template'],
      [{ attachments: [1], template: { ...template, header: { attachmentId: 2 } } }, 'template'],
      [{ content: 'x', buttons: choices(1) }, 'buttons'],
      [{ content: 'x', list: { button: 'Open', choices: choices(1) } }, 'list'],
      [interactive({}), 'buttons'],
      [interactive({ buttons: choices(1), list: { button: 'Open', choices: choices(1) } }), 'buttons'],
      [interactive({ buttons: choices(1), attachments: [1] }), 'attachments'],
      [interactive({ content: undefined, buttons: choices(1) }), 'content'],
    ];
    for (const [body, field] of bad) expect(faultsOf(body), JSON.stringify(body)).to.include(field);
  });
});

describe('the files of a message', () => {
  type Attachment = Message['attachments'][number];
  const file = (type: Attachment['type'], mimeType: string | null, size: number | null = MB): Attachment =>
    ({ id: 7, type, mimeType, size }) as Attachment;
  const choose = (files: readonly Attachment[], abilities: Partial<Abilities> = {}) =>
    chooseFiles(files, { ...able, ...abilities }, index => `attachments.${index}`);

  const goingOut: readonly (readonly [what: string, file: Attachment, kind: Attachment['type']])[] = [
    ['a picture that is shown', file('image', 'image/png'), 'image'],
    ['a picture just as large as it may be', file('image', 'image/png', 5 * MB), 'image'],
    ['a picture that is too large to be shown', file('image', 'image/png', 5 * MB + 1), 'document'],
    ['a moving picture', file('image', 'image/gif'), 'document'],
    ['a film where there are none', file('video', 'video/mp4'), 'document'],
    ['a sticker where there are none', file('sticker', 'image/webp'), 'document'],
    ['sound of any type', file('audio', 'audio/x-anything'), 'audio'],
    ['a picture that was sent as a file', file('document', 'image/png'), 'document'],
    ['a file of no type', file('document', null), 'document'],
    ['a file of no size', file('image', 'image/png', null), 'image'],
  ];
  for (const [what, given, kind] of goingOut)
    it(`go out as ${kind}: ${what}`, () => {
      expect(choose([given])).to.deep.equal([{ id: 7, kind }]);
    });

  const pictures = { files: { image: { maximumBytes: 5 * MB, mimeTypes: ['image/jpeg'] } } };
  const refused: readonly (readonly [
    what: string,
    files: readonly Attachment[],
    said: string,
    able?: Partial<Abilities>,
  ])[] = [
    [
      'too large for anything',
      [file('document', 'application/pdf', 101 * MB)],
      'attachments.0: this channel takes files of this type up to 100 MB.',
    ],
    [
      'too large, and no document either',
      [file('image', 'image/jpeg', 6 * MB)],
      'attachments.0: this channel takes files of this type up to 5 MB.',
      pictures,
    ],
    [
      'too large by a little',
      [file('audio', 'audio/ogg', 2 * MB)],
      'attachments.0: this channel takes files of this type up to 1.5 MB.',
      { files: { audio: able.files.audio } },
    ],
    [
      'of a type that is not taken',
      [file('image', 'image/gif')],
      'attachments.0: this channel does not take files of the type image/gif.',
      pictures,
    ],
    [
      'of no type',
      [file('document', null)],
      'attachments.0: this channel does not take files of the type application/octet-stream.',
      pictures,
    ],
    [
      'one right, one wrong',
      [file('image', 'image/jpeg'), file('image', 'image/gif')],
      'attachments.1: this channel does not take files of the type image/gif.',
      pictures,
    ],
    [
      'too many',
      Array.from({ length: 3 }, () => file('image', 'image/png')),
      'attachments: this channel takes 2 in one message at most. Send the others after it.',
    ],
    ['any', [file('image', 'image/png')], 'attachments.0: this channel sends no files.', readOnlyAbilities],
  ];
  for (const [what, files, said, abilities] of refused)
    it(`are refused: ${what}`, () => {
      expect(refusalOf(() => choose(files, abilities))).to.equal(said);
    });

  it('are named as the field that they stand in', () => {
    const header = () =>
      chooseFiles(
        [file('image', 'image/gif')],
        { ...able, ...pictures },
        () => 'template.header.attachmentId',
      );
    expect(refusalOf(header)).to.match(/^template\.header\.attachmentId: this channel does not take/);
  });
});
