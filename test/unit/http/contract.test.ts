import { expect } from 'chai';
import { z } from 'zod';
import { type Operation, operations, permissions } from '../../../src/contract/index.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
const schemaOf = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
const hasNoBody = (operation: Operation) => operation.body instanceof z.ZodUndefined;

/** Paths of the objects in a schema that take fields nobody named. */
function openObjects(schema: Schema, path = 'body'): string[] {
  const own = schema.type === 'object' && schema.additionalProperties !== false ? [path] : [];
  return [
    ...own,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
      openObjects(inner, `${path}.${name}`),
    ),
    ...(schema.items ? openObjects(schema.items, `${path}[]`) : []),
    ...(schema.anyOf ?? []).flatMap(inner => openObjects(inner, path)),
  ];
}

describe('contract', () => {
  it('holds every operation once', () => {
    const ids = operations.map(operation => operation.id);
    const routes = operations.map(({ method, path }) => `${method} ${path}`);
    expect(ids).to.have.lengthOf.above(30);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(new Set(routes).size).to.equal(routes.length);
  });

  for (const operation of operations)
    it(`says all of ${operation.id}`, () => {
      expect(operation.id).to.match(/^[a-z][A-Za-z]+$/);
      expect(operation.summary).to.match(/^[A-Z].*\.$/);
      expect(operation.tag).to.match(/^[a-z]+$/);
      expect(operation.access).to.be.oneOf([...permissions, 'user', 'visitor', 'public']);
      expect(operation.path).to.match(/^(\/([a-z]+|:[a-zA-Z]+))+$/);
    });

  it('declares the parameters of each path and no others', () => {
    for (const { id, path, params } of operations) {
      const inPath = [...path.matchAll(/:(\w+)/g)].map(match => match[1]);
      expect(Object.keys(params.shape), id).to.have.members(inPath);
    }
  });

  it('takes no field that it does not name, in bodies and in queries', () => {
    // The settings of a channel are its platform's: the adapter's schema, which is strict too, checks them.
    const exceptions: Record<string, string[]> = {
      createChannel: ['body.settings'],
      updateChannel: ['body.settings'],
    };
    for (const operation of operations) {
      const query = schemaOf(operation.query, 'output');
      expect(query.additionalProperties, operation.id).to.equal(false);
      if (hasNoBody(operation)) continue;
      expect(openObjects(schemaOf(operation.body, 'input')), operation.id).to.deep.equal(
        exceptions[operation.id] ?? [],
      );
    }
  });

  it('bounds every text and every list that it takes', () => {
    const unbounded: string[] = [];
    const look = (
      schema: Schema & { maxLength?: number; maxItems?: number; enum?: unknown; format?: string },
      path: string,
    ) => {
      const isFree =
        schema.enum === undefined && schema.maxLength === undefined && schema.format === undefined;
      if (schema.type === 'string' && isFree && !('pattern' in schema) && !('const' in schema))
        unbounded.push(path);
      if (schema.type === 'array' && schema.maxItems === undefined) unbounded.push(path);
      for (const [name, inner] of Object.entries(schema.properties ?? {})) look(inner, `${path}.${name}`);
      for (const inner of [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])])
        look(inner, path);
    };
    for (const operation of operations)
      if (!hasNoBody(operation)) look(schemaOf(operation.body, 'input'), operation.id);
    expect(unbounded).to.deep.equal([]);
  });

  it('lets GET and DELETE do without a body, and DELETE answer with none', () => {
    for (const operation of operations) {
      if (operation.method === 'get' || operation.method === 'delete')
        expect(hasNoBody(operation), operation.id).to.equal(true);
      if (operation.method === 'get') expect(operation.status, operation.id).to.equal(200);
      if (operation.method === 'delete') expect(operation.status, operation.id).to.equal(204);
      if (operation.status === 204)
        expect(operation.response instanceof z.ZodUndefined, operation.id).to.equal(true);
    }
  });

  it('pages every list by limit and cursor', () => {
    // Threads are paged by message ids, events by their number.
    const otherwise = ['listMessages', 'listEvents', 'listExternalMessages'];
    for (const operation of operations) {
      const answer = schemaOf(operation.response, 'output').properties ?? {};
      if (!('items' in answer)) continue;
      expect(operation.query.shape, operation.id).to.include.keys('limit');
      if (!otherwise.includes(operation.id)) {
        expect(operation.query.shape, operation.id).to.include.keys('cursor');
        expect(answer, operation.id).to.include.keys('nextCursor');
      }
    }
  });
});
