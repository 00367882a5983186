/**
 * Callers that ask for the same key while the work is under way share its promise. Nothing is kept
 * afterwards, neither result nor failure: whoever comes next starts anew.
 */
export class SingleFlight<Key, Value> {
  readonly #inFlight = new Map<Key, Promise<Value>>();

  run(key: Key, work: () => Promise<Value>): Promise<Value> {
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    // Removed before any caller continues, so that one that retries at once gets new work. Begun in a turn of
    // its own, so that work which throws at once cannot be removed before it is entered.
    const promise = Promise.resolve()
      .then(work)
      .finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, promise);
    return promise;
  }

  isRunning(key: Key): boolean {
    return this.#inFlight.has(key);
  }
}
