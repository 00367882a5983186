import type { Permission } from '../contract/permissions.ts';

/** A signed-in member of a tenant. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly tenantId: string;
  readonly userId: number;
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** The sign-in that the credential grew from. */
  readonly sessionFamily: string;
}
/** A tenant's program. */
export interface KeyPrincipal {
  readonly kind: 'key';
  readonly tenantId: string;
  readonly keyId: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
}
/** Somebody on a tenant's website. */
export interface VisitorPrincipal {
  readonly kind: 'visitor';
  readonly tenantId: string;
  readonly channelId: number;
  readonly visitorId: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}
export type Principal = UserPrincipal | KeyPrincipal | VisitorPrincipal;

/** Which user a change is done by; a program acts as nobody in particular. */
export function actingUserId(principal: Principal): number | null {
  return principal.kind === 'user' ? principal.userId : null;
}
