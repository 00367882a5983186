import { readdirSync, readFileSync } from 'node:fs';

/** One of `test/fixtures/<platform>/*.json`: deliveries with the facts that they must give. */
export interface GoldenCase {
  readonly name: string;
  readonly about: string;
  readonly receivedAt: Date;
  readonly deliveries: readonly { readonly body: Buffer; readonly expected: unknown }[];
}

/** A delivery is written as JSON (`body`), as the fields of a form (`form`), or letter by letter (`bodyText`). */
interface Written {
  readonly about: string;
  readonly receivedAt: string;
  readonly deliveries: readonly {
    readonly body?: unknown;
    readonly form?: Readonly<Record<string, string>>;
    readonly bodyText?: string;
    readonly expected: unknown;
  }[];
}

export function goldenCases(platform: string): readonly GoldenCase[] {
  const folder = new URL(`../fixtures/${platform}/`, import.meta.url);
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => {
      const { about, receivedAt, deliveries } = JSON.parse(
        readFileSync(new URL(name, folder), 'utf8'),
      ) as Written;
      return {
        name,
        about,
        receivedAt: new Date(receivedAt),
        deliveries: deliveries.map(({ body, form, bodyText, expected }) => ({
          body: Buffer.from(bodyText ?? (form ? new URLSearchParams(form).toString() : JSON.stringify(body))),
          expected,
        })),
      };
    });
}
