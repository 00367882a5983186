import type { Abilities } from '../contract/channels.ts';

/** Of a channel that can do nothing but be read: what every platform's own abilities start from. */
export const readOnlyAbilities: Abilities = {
  send: [],
  maximumTextLength: 0,
  textUnit: 'characters',
  files: {},
  maximumFiles: 0,
  maximumCaptionLength: 0,
  buttons: null,
  list: null,
  reply: false,
  copies: false,
  react: false,
  reactions: null,
  typing: false,
  readReceipts: false,
  finalErrors: [],
  windowErrors: [],
  windowHours: null,
  humanAgentHours: null,
};
