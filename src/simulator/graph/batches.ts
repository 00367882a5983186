/** Events as POSTs carry them: so many in each, or all in one. */
export function batchesOf<Event>(events: readonly Event[], size = events.length): readonly Event[][] {
  const step = Math.max(1, size);
  return Array.from({ length: Math.ceil(events.length / step) }, (_, index) =>
    events.slice(index * step, (index + 1) * step),
  );
}
