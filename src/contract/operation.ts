import { z } from 'zod';
import type { Permission } from './permissions.ts';

/**
 * Who may call: a named permission (an agent's token or an API key that has it), any signed-in `user`,
 * a `visitor` with a visitor token, or anybody (`public`: the route checks its own credential).
 */
export type Access = Permission | 'user' | 'visitor' | 'public';

export interface Operation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Allowed extends Access = Access,
> {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api/v1`, with express parameters: `/conversations/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Allowed;
  readonly params: Params;
  readonly query: Query;
  /** `undefined` schemas are spelled `z.undefined()`: the route takes no body. */
  readonly body: Body;
  /** The fields of a multipart form, for description; such a route reads its body itself, as it comes. */
  readonly form?: z.ZodObject;
  readonly status: 200 | 201 | 202 | 204;
  readonly response: Response;
}

type Given<P, Q, B, R, A> = Pick<Operation, 'id' | 'method' | 'path' | 'summary' | 'tag'> & {
  access: A;
  params?: P;
  query?: Q;
  body?: B;
  form?: z.ZodObject;
  status?: Operation['status'];
  response: R;
};

const none = z.object({});

/**
 * Describes one route once: the server validates with it, OpenAPI is made from it, clients take their types from it.
 * Objects are strict: an unknown field in a body or a query is refused with 422.
 */
export function operation<
  R extends z.ZodType,
  P extends z.ZodObject = typeof none,
  Q extends z.ZodObject = typeof none,
  B extends z.ZodType = z.ZodUndefined,
  const A extends Access = Access,
>(given: Given<P, Q, B, R, A>): Operation<P, Q, B, R, A> {
  return {
    ...given,
    params: given.params ?? (none as unknown as P),
    query: (given.query ?? none).strict() as unknown as Q,
    body: given.body ?? (z.undefined() as unknown as B),
    status: given.status ?? 200,
  };
}

export type BodyOf<O> = O extends Operation<z.ZodObject, z.ZodObject, infer B> ? z.infer<B> : never;
export type ResponseOf<O> =
  O extends Operation<z.ZodObject, z.ZodObject, z.ZodType, infer R> ? z.infer<R> : never;
export type QueryOf<O> = O extends Operation<z.ZodObject, infer Q> ? z.infer<Q> : never;
