export {
  type CheckOptions,
  channelsToCheck,
  checkChannel,
  type RunInTenant,
  readChannelHealth,
  renewSecrets,
} from './channel-check.ts';
export { bindChannelRoutes } from './channel-routes.ts';
export {
  type CreatedChannel,
  changeChannel,
  channelRemoved,
  createChannel,
  type NewChannel,
  openSettings,
  removeChannel,
  setHealth,
} from './channel-service.ts';
export { changeSettings } from './channel-settings.ts';
export {
  type ChannelRow,
  channelOf,
  findChannel,
  pageChannels,
  sendingAbilitiesOf,
} from './channel-store.ts';
export { fetchedKey } from './fetched-key.ts';
export { OpenLines } from './open-lines.ts';
export { askForPairing, readPairing } from './pairing.ts';
export { type PlatformIoOptions, platformIo, providerHosts } from './platform-io.ts';
export { destroyEndedSessions, sessionVault } from './session-vault.ts';
export { sharedCredentials } from './shared-credentials.ts';
export { findTemplate } from './template-store.ts';
