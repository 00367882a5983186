import { z } from 'zod';
import { graphId, metaAppSettings, metaSecret } from '../meta/meta-settings.ts';

export const facebookSettings = z.strictObject({
  pageId: graphId,
  pageAccessToken: metaSecret,
  ...metaAppSettings,
});
export type FacebookSettings = z.infer<typeof facebookSettings>;
