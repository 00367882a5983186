import { z } from 'zod';

/** What a credential may do. A role is a list of these; an API key carries its own list. */
export const permissions = [
  'conversations:read',
  'conversations:write',
  'messages:send',
  'customers:read',
  'channels:read',
  'channels:write',
  'users:read',
  'users:write',
  'tags:write',
  'events:read',
] as const;
export const permission = z.enum(permissions);
export type Permission = z.infer<typeof permission>;

const agent: readonly Permission[] = [
  'conversations:read',
  'conversations:write',
  'messages:send',
  'customers:read',
  'channels:read',
  'users:read',
  'tags:write',
  'events:read',
];
/** The roles that every tenant starts with. */
export const builtInRoles: Readonly<Record<'admin' | 'lead' | 'agent', readonly Permission[]>> = {
  admin: permissions,
  lead: [...agent, 'channels:write'],
  agent,
};
