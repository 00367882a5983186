import type { MessageContent } from './inbound-fact.ts';
import { type JsonObject, numberOf, textOf } from './json.ts';

/** A place, with its words where it has any; without two numbers there is none. */
export function readLocation(location: JsonObject): MessageContent | undefined {
  const latitude = numberOf(location.latitude);
  const longitude = numberOf(location.longitude);
  if (latitude === undefined || longitude === undefined) return undefined;
  const name = textOf(location.name);
  const address = textOf(location.address);
  const url = textOf(location.url);
  const text = [name, address].filter(part => part !== undefined).join(', ') || textOf(location.description);
  return {
    type: 'location',
    ...(text === undefined ? {} : { text }),
    metadata: {
      location: {
        latitude,
        longitude,
        ...(name === undefined ? {} : { name }),
        ...(address === undefined ? {} : { address }),
        ...(url === undefined ? {} : { url }),
      },
    },
  };
}
