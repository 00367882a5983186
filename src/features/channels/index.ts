export { bindChannelRoutes } from './channel-routes.ts';
export {
  type CreatedChannel,
  changeChannel,
  createChannel,
  type NewChannel,
  openSettings,
  removeChannel,
  setHealth,
} from './channel-service.ts';
export { abilitiesOf, type ChannelRow, channelOf, findChannel, pageChannels } from './channel-store.ts';
