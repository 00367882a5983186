import { z } from 'zod';
import type { Operation } from '../contract/operation.ts';
import { errorBody } from '../contract/primitives.ts';

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};
const isNothing = (schema: z.ZodType) => schema instanceof z.ZodUndefined;

function describe(operation: Operation): Record<string, unknown> {
  const parameters = [
    ...Object.entries(operation.params.shape).map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema: jsonSchema(schema as z.ZodType, 'output'),
    })),
    ...Object.entries(operation.query.shape).map(([name, schema]) => ({
      name,
      in: 'query',
      required: false,
      schema: jsonSchema(schema as z.ZodType, 'input'),
    })),
  ];
  const error = {
    description: 'Error',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    parameters,
    ...(!isNothing(operation.body) && {
      requestBody: {
        required: !operation.body.safeParse(undefined).success,
        content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } },
      },
    }),
    ...(operation.form && {
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: jsonSchema(operation.form, 'input') } },
      },
    }),
    responses: {
      [operation.status]: isNothing(operation.response)
        ? { description: 'Done' }
        : {
            description: 'Done',
            content: { 'application/json': { schema: jsonSchema(operation.response, 'output') } },
          },
      default: error,
    },
    security:
      operation.access === 'public' ? [] : [{ [operation.access === 'visitor' ? 'visitor' : 'bearer']: [] }],
    'x-access': operation.access,
  };
}

/** OpenAPI 3.1 of every operation: made from the schemas that validate, so that it cannot say something else. */
export function openApiDocument(operations: readonly Operation[], version: string, serverUrl: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Concierge', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: { Error: jsonSchema(errorBody, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
        visitor: { type: 'http', scheme: 'bearer', description: 'A visitor token.' },
      },
    },
  };
}
