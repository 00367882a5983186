import { recallChannel as recallOperation } from '../../contract/channels.ts';
import type { Api } from '../../http/api.ts';
import { recallChannel } from './recall-channel.ts';

export function bindRecallRoutes(api: Api): void {
  api.handle(recallOperation, async ({ scope, params, body }) => ({
    asked: await recallChannel(scope, params.id, new Date(body.since)),
  }));
}
