export interface GroupCommitOptions<Item, Result> {
  readonly write: (items: readonly Item[]) => Promise<Result>;
  readonly bytesOf: (item: Item) => number;
  /** Of one group, which has one item at least. */
  readonly mostItems: number;
  readonly mostBytes: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** What arrives while a write is under way shares the next one, in its order, without anybody waiting for more to come. */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return !this.#isWriting && this.#waiting.length === 0;
  }

  /** What the write of its group resolved or rejected with. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#groupSize());
      try {
        const result = await this.#options.write(group.map(waiting => waiting.item));
        for (const waiting of group) waiting.resolve(result);
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#isWriting = false;
  }

  #groupSize(): number {
    const { bytesOf, mostItems, mostBytes } = this.#options;
    let bytes = 0;
    const end = this.#waiting.findIndex(({ item }, index) => {
      bytes += bytesOf(item);
      return index === mostItems || (index > 0 && bytes > mostBytes);
    });
    return end < 0 ? this.#waiting.length : end;
  }
}
