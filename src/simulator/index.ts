export { type Random, seededRandom, shuffled } from '../kit/random.ts';
export * as crispCustomer from './crisp/crisp-customer.ts';
export { crispError } from './crisp/crisp-error.ts';
export {
  type CrispEvent,
  type CrispMessage,
  type CrispVisitor,
  crispBody,
  newFingerprint,
} from './crisp/crisp-event.ts';
export { CrispProvider, type CrispProviderOptions } from './crisp/crisp-provider.ts';
export type { AcceptedCrisp, CrispStatus, CrispWebsite } from './crisp/crisp-website.ts';
export { errorInside200, graphError, type ProviderFault, plainFault } from './graph/graph-error.ts';
export type {
  AcceptedMessaging,
  MessagingAccount,
  MessagingCall,
  MessagingStatus,
} from './messaging/messaging-account.ts';
export * as messagingCustomer from './messaging/messaging-customer.ts';
export {
  type MessagingEntry,
  type MessagingEvent,
  type MessagingObject,
  messagingBody,
  newMid,
} from './messaging/messaging-event.ts';
export {
  type MessagingDeliverOptions,
  MessagingProvider,
  type MessagingProviderOptions,
} from './messaging/messaging-provider.ts';
export { type PlayOptions, type PlaySummary, runSimulation } from './play.ts';
export { type PlannedPost, type PlayLine, type PlayShape, planPlay, type WriteLine } from './play-plan.ts';
export type { PlayedPlatform, PlayedProvider, PlaySettings } from './played-platform.ts';
export { type PlayablePlatform, playedPlatforms } from './played-platforms.ts';
export type { AccountBehaviour, ReceiptStep } from './provider-account.ts';
export type { Fault } from './provider-fault.ts';
export type { DeliverOptions } from './simulated-provider.ts';
export type { AcceptedTelegram, TelegramBot, TelegramCall } from './telegram/telegram-bot.ts';
export * as telegramCustomer from './telegram/telegram-customer.ts';
export { telegramError, tooManyRequests } from './telegram/telegram-error.ts';
export {
  type TelegramChat,
  type TelegramEvent,
  type TelegramMessage,
  type TelegramPerson,
  updateOf,
} from './telegram/telegram-event.ts';
export { TelegramProvider, type TelegramProviderOptions } from './telegram/telegram-provider.ts';
export * as tidioCustomer from './tidio/tidio-customer.ts';
export { tidioError } from './tidio/tidio-error.ts';
export { type TidioContact, type TidioEvent, type TidioMessage, tidioBody } from './tidio/tidio-event.ts';
export type { AcceptedTidio, TidioProject } from './tidio/tidio-project.ts';
export { TidioProvider, type TidioProviderOptions } from './tidio/tidio-provider.ts';
export type { AcceptedTwilio, TwilioAccount, TwilioCall } from './twilio/twilio-account.ts';
export * as twilioCustomer from './twilio/twilio-customer.ts';
export { twilioError } from './twilio/twilio-error.ts';
export {
  inboundForm,
  newSid,
  statusForm,
  type TwilioEvent,
  type TwilioStatus,
  twilioForm,
} from './twilio/twilio-event.ts';
export { TwilioProvider, type TwilioProviderOptions } from './twilio/twilio-provider.ts';
export type { WebhookAttempt, WebhookPost } from './webhook-post.ts';
export {
  defaultWebhookRetry,
  type SendAllOptions,
  type WebhookRetry,
  WebhookSender,
  type WebhookSenderOptions,
  type WebhookTarget,
} from './webhook-sender.ts';
export * from './webhook-signatures.ts';
export { sampleTemplates } from './whatsapp/sample-templates.ts';
export { type SimulatorRoutesOptions, simulatorRoutes } from './whatsapp/simulator-routes.ts';
export type {
  AcceptedMessage,
  FaultyOperation,
  ReadMark,
  RegisteredTemplate,
  WhatsAppAccount,
} from './whatsapp/whatsapp-account.ts';
export * from './whatsapp/whatsapp-customer.ts';
export {
  envelopeOf,
  newWamid,
  type WhatsAppEvent,
  type WhatsAppMessage,
  type WhatsAppNumber,
  type WhatsAppPerson,
  type WhatsAppStatus,
} from './whatsapp/whatsapp-event.ts';
export { brokenJson, rateLimited } from './whatsapp/whatsapp-faults.ts';
export {
  type WhatsAppDeliverOptions,
  WhatsAppProvider,
  type WhatsAppProviderOptions,
} from './whatsapp/whatsapp-provider.ts';
export {
  type Autopilot,
  type Said,
  type SimulatedCustomer,
  WhatsAppSimulator,
  type WhatsAppSimulatorOptions,
} from './whatsapp/whatsapp-simulator.ts';
export type { ThreadItem, ThreadStatus } from './whatsapp/whatsapp-thread.ts';
