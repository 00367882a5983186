/**
 * Under which a delivery is stored that did not come to our door but was pulled, or came over a line: its adapter's key is
 * unique on the channel only.
 */
export const fetchedKey = (channelId: number, key: string): string => `${channelId}:${key}`;
