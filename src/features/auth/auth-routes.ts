import { createHash } from 'node:crypto';
import { parse, serialize } from 'cookie';
import type { Request, Response } from 'express';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { changePassword, login, logout, me, refresh } from '../../contract/people.ts';
import type { Api } from '../../http/api.ts';
import { Forbidden, TooManyRequests, Unauthenticated } from '../../kit/errors.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { endSessions, hashPassword, requireUser, verifyNothing, verifyPassword } from '../users/index.ts';
import { type PrincipalCache, requireActive } from './authenticator.ts';
import { findCredentials, issueRefreshToken, redeemRefreshToken, revokeFamilyOf } from './session-store.ts';
import { ACCESS_SECONDS, type Tokens, tenantOfRefreshToken } from './tokens.ts';

const COOKIE = 'concierge_refresh';
const COOKIE_PATH = '/api/v1/auth';
const COOKIE_SECONDS = 30 * 24 * 3600;

export interface AuthRoutesOptions {
  readonly tenants: Tenants;
  readonly tokens: Tokens;
  readonly principals: PrincipalCache;
  /** Tries of one account from one address, in all processes. When it or the next one cannot count, nobody signs in. */
  readonly loginLimiter: RateLimiterAbstract;
  /** Tries of one address, whatever the account: each costs a hash. */
  readonly addressLimiter: RateLimiterAbstract;
  readonly publicUrl: () => string;
  readonly isDemo: (tenant: Tenant) => boolean;
}

export function bindAuthRoutes(api: Api, options: AuthRoutesOptions): void {
  const { tenants, tokens, loginLimiter, addressLimiter } = options;
  const isSecure = () => options.publicUrl().startsWith('https:');
  /** Refresh tokens under way here: one that comes meanwhile was sent at the same moment, not copied and sent later. */
  const redeeming = new Set<string>();

  /** The parts are hashed: some are as long as the caller likes, and none is for the limiter's table to tell. */
  async function throttle(
    limiter: RateLimiterAbstract,
    ...parts: readonly (string | number | undefined)[]
  ): Promise<void> {
    try {
      await limiter.consume(createHash('sha256').update(JSON.stringify(parts)).digest('hex'));
    } catch (error) {
      if (error instanceof RateLimiterRes) {
        const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw new TooManyRequests(seconds, `Too many tries. Wait ${seconds} seconds.`);
      }
      throw error;
    }
  }

  function setCookie(response: Response, token: string, seconds = COOKIE_SECONDS): void {
    response.append(
      'Set-Cookie',
      serialize(COOKIE, token, {
        httpOnly: true,
        sameSite: 'strict',
        secure: isSecure(),
        path: COOKIE_PATH,
        maxAge: seconds,
      }),
    );
  }

  /** A new pair of tokens for `userId`; the refresh token goes into the cookie unless the caller wants it in the body. */
  async function openSession(
    scope: TenantScope,
    response: Response,
    given: {
      userId: number;
      sessionVersion: number;
      refreshToken: string;
      family: string;
      useCookie: boolean;
    },
  ) {
    const accessToken = await tokens.signAccess({
      tenantId: scope.tenant.id,
      userId: given.userId,
      sessionVersion: given.sessionVersion,
      family: given.family,
    });
    const user = await requireUser(scope.db, given.userId);
    response.setHeader('Cache-Control', 'no-store');
    if (given.useCookie) setCookie(response, given.refreshToken);
    return {
      accessToken,
      expiresIn: ACCESS_SECONDS,
      ...(!given.useCookie && { refreshToken: given.refreshToken }),
      tenantId: scope.tenant.id,
      user,
    };
  }

  api.handlePublic(login, async ({ body, query, request, response }) => {
    const wrong = () =>
      new Unauthenticated('The workspace, the e-mail or the password is not right.', 'wrong_credentials');
    const name = body.tenant ?? request.hostname ?? '';
    const tenant = body.tenant
      ? await tenants.directory.findBySlug(name)
      : await tenants.directory.findByDomain(name);
    // By the tenant and not by its name: it has several, and a host name is written in any case.
    await throttle(addressLimiter, request.ip);
    await throttle(
      loginLimiter,
      'login',
      tenant?.id ?? name.toLowerCase(),
      body.email.toLowerCase(),
      request.ip,
    );
    if (!tenant) {
      await verifyNothing(body.password);
      throw wrong();
    }
    const credentials = await tenants.runOn(tenant, scope => findCredentials(scope.db, body.email));
    const isRight = credentials
      ? await verifyPassword(credentials.passwordHash, body.password)
      : await verifyNothing(body.password);
    if (!credentials || !isRight) throw wrong();
    await requireActive(tenants, tenant.id);
    return tenants.runOn(tenant, async scope => {
      const session = await scope.transaction(async tx => {
        // The password that was checked may have been changed meanwhile.
        const rows = await tx.query(
          `UPDATE users SET last_active_at = now()
           WHERE id = $1 AND is_active AND session_version = $2 AND password_hash = $3 RETURNING id`,
          [credentials.id, credentials.sessionVersion, credentials.passwordHash],
        );
        if (rows.length === 0) throw wrong();
        return issueRefreshToken(tx, tenant.id, credentials.id, request.headers['user-agent']);
      });
      return openSession(scope, response, {
        userId: credentials.id,
        sessionVersion: credentials.sessionVersion,
        refreshToken: session.token,
        family: session.family,
        useCookie: query.cookie === '1',
      });
    });
  });

  api.handlePublic(refresh, async ({ body, query, request, response }) => {
    const token = presentedToken(request, options.publicUrl(), body?.refreshToken);
    const tenantId = token && tenantOfRefreshToken(token);
    if (!token || !tenantId || redeeming.has(token)) throw sessionEnded();
    redeeming.add(token);
    try {
      await requireActive(tenants, tenantId);
      return await tenants.run(tenantId, async scope => {
        const redemption = await scope.transaction(async tx => {
          const redeemed = await redeemRefreshToken(tx, token);
          if (redeemed.outcome !== 'rotated') return redeemed;
          const { userId, family } = redeemed;
          const next = await issueRefreshToken(tx, tenantId, userId, request.headers['user-agent'], family);
          return { ...redeemed, refreshToken: next.token };
        });
        if (redemption.outcome === 'reused') options.principals.forgetUser(tenantId, redemption.userId);
        if (redemption.outcome !== 'rotated') throw sessionEnded();
        return openSession(scope, response, { ...redemption, useCookie: query.cookie === '1' });
      });
    } finally {
      redeeming.delete(token);
    }
  });

  api.handlePublic(logout, async ({ body, request, response }) => {
    const token = presentedToken(request, options.publicUrl(), body?.refreshToken);
    const tenantId = token && tenantOfRefreshToken(token);
    setCookie(response, '', 0);
    if (!token || !tenantId || !(await tenants.directory.find(tenantId))) return undefined;
    await tenants.run(tenantId, scope =>
      scope.transaction(async tx => {
        const userId = await revokeFamilyOf(tx, token);
        if (userId !== undefined) {
          options.principals.forgetUser(tenantId, userId);
          tx.emit(eventDraft('user.updated', `user:${userId}`, { userId }));
        }
      }),
    );
    return undefined;
  });

  api.handle(me, async ({ scope, principal }) => ({
    user: await requireUser(scope.db, principal.userId),
    tenant: {
      id: scope.tenant.id,
      slug: scope.tenant.slug,
      name: scope.tenant.name,
      isDemo: options.isDemo(scope.tenant),
    },
  }));

  api.handle(changePassword, async ({ scope, principal, body, query, request, response }) => {
    const wrongPassword = () =>
      new Forbidden('currentPassword: this is not your password.', 'wrong_password');
    await throttle(loginLimiter, 'password', principal.tenantId, principal.userId);
    const user = await requireUser(scope.db, principal.userId);
    const credentials = await findCredentials(scope.db, user.email);
    if (!credentials || !(await verifyPassword(credentials.passwordHash, body.currentPassword)))
      throw wrongPassword();
    const passwordHash = await hashPassword(body.newPassword);
    const session = await scope.transaction(async tx => {
      // The password that was checked must still be the one: of two changes at once the second is told that it is not.
      const [changed] = await tx.query(
        'UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3 RETURNING id',
        [user.id, passwordHash, credentials.passwordHash],
      );
      if (!changed) throw wrongPassword();
      const sessionVersion = await endSessions(tx, user.id);
      tx.emit(eventDraft('user.updated', `user:${user.id}`, { userId: user.id }));
      const { token, family } = await issueRefreshToken(
        tx,
        scope.tenant.id,
        user.id,
        request.headers['user-agent'],
      );
      return { sessionVersion, refreshToken: token, family };
    });
    options.principals.forgetUser(principal.tenantId, principal.userId);
    return openSession(scope, response, { ...session, userId: user.id, useCookie: query.cookie === '1' });
  });
}

function sessionEnded(): Unauthenticated {
  return new Unauthenticated('Sign in again.', 'session_ended');
}

/** From the body, or from the cookie; a cookie counts only for requests that our own pages make. */
function presentedToken(request: Request, publicUrl: string, inBody: string | undefined): string | undefined {
  if (inBody) return inBody;
  const { origin } = request.headers;
  const isOwn =
    origin === undefined ||
    origin === new URL(publicUrl).origin ||
    origin === `${request.protocol}://${request.headers.host}`;
  if (!isOwn) throw new Forbidden('This request comes from another website.', 'foreign_origin');
  return parse(request.headers.cookie ?? '')[COOKIE];
}
