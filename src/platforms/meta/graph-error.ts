import { isObject, type JsonObject, numberOf, objectOf, textOf } from '../json.ts';

/** An error as a response or a status carries it. */
export interface GraphError {
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  readonly text: string | undefined;
  readonly isTransient: boolean;
}

/** `undefined` when the value is no error that Graph would send. */
export function readGraphError(value: JsonObject): GraphError | undefined {
  const code = numberOf(value.code);
  const title = textOf(value.title) ?? textOf(value.message);
  const details = textOf(objectOf(value.error_data).details) ?? textOf(value.details);
  if (code === undefined && title === undefined && details === undefined) return undefined;
  return {
    code,
    subcode: numberOf(value.error_subcode),
    text:
      [title, details === title ? undefined : details].filter(part => part !== undefined).join(': ') ||
      undefined,
    isTransient: value.is_transient === true,
  };
}

/** `error` of a response's body, if it has a readable one. */
export function graphErrorOf(body: JsonObject | undefined): GraphError | undefined {
  return isObject(body?.error) ? readGraphError(body.error) : undefined;
}
