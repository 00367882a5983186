import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { LandlordDb } from '../../db/planes.ts';
import type { Authenticator } from '../../http/api.ts';
import type { Principal, UserPrincipal } from '../../http/principal.ts';
import { Forbidden, TooManyRequests, Unauthenticated } from '../../kit/errors.ts';
import { findKey, hashKey } from '../../landlord/key-store.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { findSessionUser } from './session-store.ts';
import type { AccessClaims, Tokens } from './tokens.ts';

/** A credential is looked up again after this time: so long may a revoked one live in another process. */
const FRESH_MS = 2000;
const REQUESTS_PER_SECOND = 50;

export interface PrincipalCache {
  /** Throws Unauthenticated. For sockets, which keep a token open. */
  userOf(claims: AccessClaims): Promise<UserPrincipal>;
  forgetUser(tenantId: string, userId: number): void;
  /** Users and keys of a tenant that was suspended, or whose keys or passwords a command has changed. */
  forgetTenant(tenantId: string): void;
}

export interface AuthenticatorOptions {
  readonly landlord: LandlordDb;
  readonly tenants: Tenants;
  readonly tokens: Tokens;
  readonly requestsPerSecond?: number;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator & PrincipalCache {
  const { landlord, tenants, tokens } = options;
  const principals = new LRUCache<string, Principal>({ max: 20_000, ttl: FRESH_MS });
  const limiter = new RateLimiterMemory({
    points: options.requestsPerSecond ?? REQUESTS_PER_SECOND,
    duration: 1,
  });

  async function userOf(claims: AccessClaims): Promise<UserPrincipal> {
    const key = `user/${claims.tenantId}/${claims.userId}/${claims.sessionVersion}/${claims.family}`;
    const known = principals.get(key);
    if (known?.kind === 'user') return known;
    await requireActive(tenants, claims.tenantId);
    const user = await tenants.run(claims.tenantId, scope =>
      findSessionUser(scope.db, claims.userId, claims.sessionVersion, claims.family),
    );
    if (!user) throw new Unauthenticated('This session has ended. Sign in again.', 'session_ended');
    const principal: UserPrincipal = {
      kind: 'user',
      tenantId: claims.tenantId,
      userId: user.id,
      name: user.name,
      permissions: user.permissions,
      sessionFamily: claims.family,
    };
    principals.set(key, principal);
    return principal;
  }

  async function keyOf(secret: string): Promise<Principal> {
    const cacheKey = `key/${hashKey(secret)}`;
    const known = principals.get(cacheKey);
    if (known) return known;
    const record = await findKey(landlord, secret);
    if (!record)
      throw new Unauthenticated('This API key is not known, or was revoked or has expired.', 'invalid_key');
    await requireActive(tenants, record.tenantId);
    const principal: Principal = {
      kind: 'key',
      tenantId: record.tenantId,
      keyId: record.id,
      name: record.name,
      permissions: record.permissions,
    };
    principals.set(cacheKey, principal);
    return principal;
  }

  async function identify(token: string): Promise<Principal> {
    if (token.startsWith('ck_')) return keyOf(token);
    const audience = audienceOf(token);
    if (audience !== 'visitor') return userOf(await tokens.readAccess(token));
    const claims = await tokens.readVisitor(token);
    await requireActive(tenants, claims.tenantId);
    return { kind: 'visitor', ...claims };
  }

  return {
    userOf,
    forgetUser(tenantId, userId) {
      for (const key of principals.keys())
        if (key.startsWith(`user/${tenantId}/${userId}/`)) principals.delete(key);
    },
    forgetTenant(tenantId) {
      for (const [key, principal] of principals.entries())
        if (principal.tenantId === tenantId) principals.delete(key);
    },
    async authenticate(request) {
      const principal = await identify(bearerOf(request));
      const credential =
        principal.kind === 'key'
          ? principal.keyId
          : principal.kind === 'user'
            ? `u${principal.userId}`
            : principal.visitorId;
      try {
        await limiter.consume(`${principal.tenantId}/${credential}`);
      } catch (error) {
        if (error instanceof RateLimiterRes)
          throw new TooManyRequests(Math.max(1, Math.ceil(error.msBeforeNext / 1000)));
        throw error;
      }
      return principal;
    },
  };
}

/** The audience that a token claims, unverified: it only chooses the key that the token is then verified with. */
function audienceOf(token: string): unknown {
  try {
    return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown })
      .aud;
  } catch {
    return undefined;
  }
}

function bearerOf(request: Request): string {
  const match = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '');
  if (!match?.[1])
    throw new Unauthenticated('Send a credential: Authorization: Bearer <token or key>.', 'no_credential');
  return match[1];
}

export async function requireActive(tenants: Tenants, tenantId: string): Promise<void> {
  const tenant = await tenants.directory.find(tenantId);
  if (!tenant) throw new Unauthenticated('This credential belongs to nobody here.', 'unknown_tenant');
  if (tenant.status !== 'active')
    throw new Forbidden('This inbox is suspended. Ask whoever runs it.', 'tenant_suspended');
}
