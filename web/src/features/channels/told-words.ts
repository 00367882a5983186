import { channelKinds } from './channel-kinds.ts';

/** Settings that no form asks for, but that our sentences name. */
const furtherSettings = ['apiUrl', 'secretToken', 'authservId'];
const settingNames = channelKinds
  .flatMap(kind => kind.fields.map(field => field.name))
  .filter(name => /[A-Z]/.test(name));
/** Variables of the server and names of settings: only whoever looks after them can do something with such a sentence. */
const forAdministrators = new RegExp(
  `\\b[A-Z]+_[A-Z_]+\\b|\\b(?:${[...settingNames, ...furtherSettings].join('|')})\\b|"\\w+" in (?:its|the) settings`,
);
/** What follows are a platform's own words. */
const quote = /\bsays: /;

/** What is said of a channel, to somebody who may change it or to somebody who can only tell others. */
export function toldTo(mayManage: boolean, message: string): string {
  const [ours = ''] = message.split(quote);
  return mayManage || !forAdministrators.test(ours) ? message : 'An administrator must look at this channel.';
}
