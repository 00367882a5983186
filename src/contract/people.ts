import { z } from 'zod';
import { conversation } from './conversations.ts';
import { operation } from './operation.ts';
import { permission } from './permissions.ts';
import { id, idParam, pageOf, pageQuery, platform, reference, timestamp } from './primitives.ts';

export const user = z.object({
  id,
  name: z.string(),
  email: z.string(),
  role: z.string(),
  permissions: z.array(permission),
  avatarUrl: z.string().nullable(),
  isActive: z.boolean(),
  teams: z.array(reference),
  locale: z.string().nullable(),
  timezone: z.string().nullable(),
  lastActiveAt: timestamp.nullable(),
  createdAt: timestamp,
});
export type User = z.infer<typeof user>;
export const team = z.object({ id, name: z.string(), members: z.array(reference) });
export type Team = z.infer<typeof team>;

const email = z.email().max(254);
const password = z.string().min(10, 'A password needs at least 10 characters.').max(200);
const params = z.object({ id: idParam });
export const listUsers = operation({
  id: 'listUsers',
  method: 'get',
  path: '/users',
  tag: 'team',
  summary: 'Users of the tenant, by name.',
  access: 'users:read',
  query: z.object(pageQuery),
  response: pageOf(user),
});
export const createUser = operation({
  id: 'createUser',
  method: 'post',
  path: '/users',
  tag: 'team',
  summary: 'Add a user.',
  access: 'users:write',
  body: z.strictObject({
    name: z.string().trim().min(1).max(200),
    email,
    password,
    role: z.enum(['admin', 'lead', 'agent']).default('agent'),
    teamIds: z.array(id).max(50).default([]),
  }),
  status: 201,
  response: user,
});
export const updateUser = operation({
  id: 'updateUser',
  method: 'patch',
  path: '/users/:id',
  tag: 'team',
  summary: 'Change a user; deactivating or changing the role ends all their sessions.',
  access: 'users:write',
  params,
  body: z
    .strictObject({
      name: z.string().trim().min(1).max(200).optional(),
      role: z.enum(['admin', 'lead', 'agent']).optional(),
      isActive: z.boolean().optional(),
      teamIds: z.array(id).max(50).optional(),
    })
    .refine(change => Object.keys(change).length > 0, 'Name at least one field to change.'),
  response: user,
});
export const listTeams = operation({
  id: 'listTeams',
  method: 'get',
  path: '/teams',
  tag: 'team',
  summary: 'Teams and their members.',
  access: 'users:read',
  query: z.object(pageQuery),
  response: pageOf(team),
});

export const login = operation({
  id: 'login',
  method: 'post',
  path: '/auth/login',
  tag: 'auth',
  summary: 'Sign in. The refresh token is an HttpOnly cookie, or in the body with ?cookie=0.',
  access: 'public',
  query: z.object({ cookie: z.enum(['0', '1']).default('1') }),
  body: z.strictObject({
    tenant: z.string().max(63).optional(),
    email,
    password: z.string().min(1).max(200),
  }),
  response: z.object({
    accessToken: z.string(),
    expiresIn: z.number().int(),
    refreshToken: z.string().optional(),
    tenantId: z.uuid(),
    user,
  }),
});
export const refresh = operation({
  id: 'refresh',
  method: 'post',
  path: '/auth/refresh',
  tag: 'auth',
  summary: 'A new access token for the refresh token, which rotates. Using an old one ends the session.',
  access: 'public',
  query: z.object({ cookie: z.enum(['0', '1']).default('1') }),
  body: z.strictObject({ refreshToken: z.string().max(500).optional() }).optional(),
  response: login.response,
});
export const logout = operation({
  id: 'logout',
  method: 'post',
  path: '/auth/logout',
  tag: 'auth',
  summary: 'End this session.',
  access: 'public',
  body: z.strictObject({ refreshToken: z.string().max(500).optional() }).optional(),
  status: 204,
  response: z.undefined(),
});
export const me = operation({
  id: 'me',
  method: 'get',
  path: '/auth/me',
  tag: 'auth',
  summary: 'The signed-in user and tenant.',
  access: 'user',
  response: z.object({
    user,
    tenant: z.object({ id: z.uuid(), slug: z.string(), name: z.string(), isDemo: z.boolean() }),
  }),
});
export const changePassword = operation({
  id: 'changePassword',
  method: 'post',
  path: '/auth/password',
  tag: 'auth',
  summary: "Change one's password; every session and socket but this call's new one is closed.",
  access: 'user',
  query: z.object({ cookie: z.enum(['0', '1']).default('1') }),
  body: z.strictObject({ currentPassword: z.string().min(1).max(200), newPassword: password }),
  response: login.response,
});

export const identity = z.object({
  id,
  channel: reference,
  platform,
  kind: z.string(),
  value: z.string(),
  isVerified: z.boolean(),
});
export const customer = z.object({
  id,
  name: z.string(),
  email: z.string().nullable(),
  /** E.164. */
  phone: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  locale: z.string().nullable(),
  timezone: z.string().nullable(),
  customAttributes: z.record(z.string(), z.unknown()),
  isBlocked: z.boolean(),
  identities: z.array(identity),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Customer = z.infer<typeof customer>;
export const listCustomers = operation({
  id: 'listCustomers',
  method: 'get',
  path: '/customers',
  tag: 'customers',
  summary: 'Customers, newest first; q finds by name, phone or e-mail.',
  access: 'customers:read',
  query: z.object({ ...pageQuery, q: z.string().trim().min(1).max(200).optional() }),
  response: pageOf(customer),
});
export const getCustomer = operation({
  id: 'getCustomer',
  method: 'get',
  path: '/customers/:id',
  tag: 'customers',
  summary: 'One customer with identities.',
  access: 'customers:read',
  params,
  response: customer,
});
export const listCustomerConversations = operation({
  id: 'listCustomerConversations',
  method: 'get',
  path: '/customers/:id/conversations',
  tag: 'customers',
  summary: "A customer's conversations, newest first.",
  access: 'conversations:read',
  params,
  query: z.object(pageQuery),
  response: pageOf(conversation),
});
