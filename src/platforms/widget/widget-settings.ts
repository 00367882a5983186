import { z } from 'zod';

/** These end up in a page of somebody else: colours and fonts are let in only as what they are. */
const color = z.string().regex(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'Write a colour as #rrggbb.');
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(260)
  .regex(
    /^(\*|(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?)$/,
    'Write a domain as example.com, *.example.com or localhost:3000.',
  );

export const widgetSettings = z.strictObject({
  /** Pages that may open the widget; a filter, not a proof of who asks. */
  allowedDomains: z.array(domain).max(200),
  primaryColor: color.optional(),
  secondaryColor: color.optional(),
  fontFamily: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N} ,'"_-]+$/u, 'Write fonts as a list of names.')
    .optional(),
  logo: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  position: z.enum(['bottom-right', 'bottom-left', 'top-right', 'top-left']).optional(),
  theme: z.enum(['light', 'dark', 'auto']).optional(),
  showAvatar: z.boolean().optional(),
  enableFileUpload: z.boolean().optional(),
  languages: z
    .array(z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Write a language as en or pt-BR.'))
    .max(100)
    .optional(),
  welcomeMessage: z.string().max(2000).optional(),
  collectName: z.boolean().optional(),
  collectEmail: z.boolean().optional(),
});
export type WidgetSettings = z.infer<typeof widgetSettings>;
