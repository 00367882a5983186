import { createHash, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { MasterKeys } from '../../config/secrets.ts';
import { Unauthenticated } from '../../kit/errors.ts';

export const ACCESS_SECONDS = 15 * 60;
export const VISITOR_SECONDS = 24 * 3600;
const ISSUER = 'concierge';
const NUMBER = /^[1-9]\d{0,15}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface AccessClaims {
  readonly tenantId: string;
  readonly userId: number;
  /** A token of an older version than the user's is dead. */
  readonly sessionVersion: number;
  readonly family: string;
}
export interface VisitorClaims {
  readonly tenantId: string;
  readonly channelId: number;
  readonly visitorId: string;
  /** What the visitor says of themselves: shown to agents, proof of nothing. */
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

/** Signs and reads tokens with one fixed algorithm and a key of its own for each audience. */
export class Tokens {
  readonly #keys: MasterKeys;
  constructor(keys: MasterKeys) {
    this.#keys = keys;
  }

  #sign(audience: 'agent' | 'visitor', payload: Record<string, unknown>, seconds: number): Promise<string> {
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: this.#keys.keyId })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(this.#keys.deriveKey(`token/${audience}`));
  }

  async #read(audience: 'agent' | 'visitor', token: string): Promise<Record<string, unknown>> {
    for (const key of this.#keys.deriveKeys(`token/${audience}`)) {
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], issuer: ISSUER, audience });
        return payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw new Unauthenticated('This session has expired. Sign in again.', 'token_expired');
      }
    }
    throw invalidToken();
  }

  signAccess(claims: AccessClaims): Promise<string> {
    const { tenantId, userId, sessionVersion, family } = claims;
    return this.#sign(
      'agent',
      { tid: tenantId, sub: String(userId), ver: sessionVersion, fam: family },
      ACCESS_SECONDS,
    );
  }
  /** Throws Unauthenticated. */
  async readAccess(token: string): Promise<AccessClaims> {
    const payload = await this.#read('agent', token);
    return {
      tenantId: claimed(payload.tid, UUID),
      userId: Number(claimed(payload.sub, NUMBER)),
      sessionVersion: Number(claimed(payload.ver, NUMBER)),
      family: claimed(payload.fam, UUID),
    };
  }
  signVisitor(claims: VisitorClaims): Promise<string> {
    return this.#sign(
      'visitor',
      {
        tid: claims.tenantId,
        sub: claims.visitorId,
        cid: claims.channelId,
        name: claims.name,
        email: claims.email,
      },
      VISITOR_SECONDS,
    );
  }
  /** Throws Unauthenticated. */
  async readVisitor(token: string): Promise<VisitorClaims> {
    const payload = await this.#read('visitor', token);
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return {
      tenantId: claimed(payload.tid, UUID),
      channelId: Number(claimed(payload.cid, NUMBER)),
      visitorId: claimed(payload.sub, /^.{1,200}$/),
      name: text(payload.name),
      email: text(payload.email),
    };
  }
}

/** A claim in its form: what is not goes to no query. Throws Unauthenticated. */
function claimed(value: unknown, form: RegExp): string {
  const text = String(value);
  if (value === undefined || value === null || !form.test(text)) throw invalidToken();
  return text;
}
function invalidToken(): Unauthenticated {
  return new Unauthenticated('This token is not valid. Sign in again.', 'invalid_token');
}

/** A refresh token names its tenant, so that it can be looked up; the rest is 256 random bits, stored as a hash. */
export function newRefreshToken(tenantId: string): { token: string; hash: string } {
  const token = `${tenantId}.${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashRefreshToken(token) };
}
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
export function tenantOfRefreshToken(token: string): string | undefined {
  const [tenantId, secret] = token.split('.');
  return secret && tenantId && UUID.test(tenantId) ? tenantId : undefined;
}
