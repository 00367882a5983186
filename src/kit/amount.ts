/** A number and what is counted, for sentences: `1 message`, `2 messages`. */
export const amount = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;
