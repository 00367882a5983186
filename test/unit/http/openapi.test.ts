import { expect } from 'chai';
import { z } from 'zod';
import { operations } from '../../../src/contract/index.ts';
import { openApiDocument } from '../../../src/http/openapi.ts';

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  readonly responses: Readonly<
    Record<string, { description: string; content?: Record<string, { schema: object }> }>
  >;
  readonly security: readonly Record<string, readonly string[]>[];
}

describe('the OpenAPI document', () => {
  const document = openApiDocument(operations, '1.2.3', 'https://inbox.example/api/v1');
  const described = (path: string, method: string) =>
    document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method] as Described | undefined;
  const all = Object.values(document.paths).flatMap(methods => Object.values(methods)) as Described[];

  it('is plain JSON of version 3.1 with the version and the address that it was given', () => {
    expect(JSON.parse(JSON.stringify(document))).to.deep.equal(document);
    expect(document.openapi).to.equal('3.1.0');
    expect(document.info.version).to.equal('1.2.3');
    expect(document.servers).to.deep.equal([{ url: 'https://inbox.example/api/v1' }]);
  });

  it('holds every operation once, under an id of its own', () => {
    expect(all).to.have.lengthOf(operations.length);
    const ids = all.map(operation => operation.operationId);
    expect(ids).to.have.members(operations.map(operation => operation.id));
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('declares every parameter of a path, and where each parameter stands', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
      expect(path, 'no parameter of another style').to.not.contain(':');
      for (const { operationId, parameters } of Object.values(methods) as Described[]) {
        const declared = parameters.filter(parameter => parameter.in === 'path');
        expect(
          declared.map(parameter => parameter.name),
          operationId,
        ).to.have.members(inPath);
        expect(
          declared.every(parameter => parameter.required),
          operationId,
        ).to.equal(true);
        expect(
          parameters.every(({ schema }) => typeof schema === 'object'),
          operationId,
        ).to.equal(true);
      }
    }
  });

  for (const operation of operations)
    it(`tells of ${operation.id} what the contract says`, () => {
      const found = described(operation.path, operation.method);
      if (!found) throw new Error('It is not in the document.');
      expect(found.summary).to.equal(operation.summary);
      expect(found.tags).to.deep.equal([operation.tag]);
      const queries = found.parameters.filter(parameter => parameter.in === 'query');
      expect(queries.map(parameter => parameter.name)).to.have.members(Object.keys(operation.query.shape));
      const takesNothing = operation.body instanceof z.ZodUndefined && !operation.form;
      expect(found.requestBody === undefined).to.equal(takesNothing);
      if (found.requestBody)
        expect(found.requestBody.required).to.equal(
          operation.form !== undefined || !operation.body.safeParse(undefined).success,
        );
      expect(found.responses).to.have.all.keys(String(operation.status), 'default');
      expect(found.responses.default?.content?.['application/json']?.schema).to.deep.equal({
        $ref: '#/components/schemas/Error',
      });
      const hasAnswer = !(operation.response instanceof z.ZodUndefined);
      expect(found.responses[operation.status]?.content !== undefined).to.equal(hasAnswer);
      const scheme = operation.access === 'visitor' ? 'visitor' : 'bearer';
      expect(found.security).to.deep.equal(operation.access === 'public' ? [] : [{ [scheme]: [] }]);
    });

  it('points to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      match => match[1] ?? '',
    );
    expect(references).to.not.be.empty;
    for (const reference of new Set(references)) {
      const target = reference
        .split('/')
        .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
      expect(target, reference).to.be.an('object');
    }
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { security } of all)
      for (const need of security) expect(schemes).to.include.members(Object.keys(need));
  });
});
