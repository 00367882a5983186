export { type Random, seededRandom, shuffled } from '../kit/random.ts';
export { runWhatsAppSimulation, type WhatsAppPlayOptions, type WhatsAppPlaySummary } from './play.ts';
export { type PlannedPost, type PlayShape, planPlay } from './play-plan.ts';
export {
  brokenJson,
  errorInside200,
  graphError,
  type ProviderFault,
  rateLimited,
} from './provider-fault.ts';
export { type SimulatorRoutesOptions, simulatorRoutes } from './simulator-routes.ts';
export type { WebhookAttempt, WebhookPost } from './webhook-post.ts';
export {
  defaultWebhookRetry,
  type SendAllOptions,
  signWebhook,
  type WebhookRetry,
  WebhookSender,
  type WebhookSenderOptions,
  type WebhookTarget,
} from './webhook-sender.ts';
export type {
  AcceptedMessage,
  AccountBehaviour,
  FaultyOperation,
  ReadMark,
  ReceiptStep,
  RegisteredTemplate,
  WhatsAppAccount,
} from './whatsapp-account.ts';
export * from './whatsapp-customer.ts';
export {
  envelopeOf,
  newWamid,
  type WhatsAppEvent,
  type WhatsAppMessage,
  type WhatsAppNumber,
  type WhatsAppPerson,
  type WhatsAppStatus,
} from './whatsapp-event.ts';
export { type DeliverOptions, WhatsAppProvider, type WhatsAppProviderOptions } from './whatsapp-provider.ts';
export {
  type Autopilot,
  type Said,
  type SimulatedCustomer,
  WhatsAppSimulator,
  type WhatsAppSimulatorOptions,
} from './whatsapp-simulator.ts';
export type { ThreadItem, ThreadStatus } from './whatsapp-thread.ts';
