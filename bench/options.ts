/** What every benchmark may be told. */
export interface BenchOptions {
  /** Length of one measured round. */
  readonly seconds: number;
  /** Rounds of each case; ours and the floor take turns. */
  readonly rounds: number;
  /** Smaller everything: for a look, not for figures. */
  readonly isQuick: boolean;
  /** Where the CPU profiles of the server under test go. */
  readonly profileFolder: string | undefined;
  /** Conversations of the large tenant; ten messages each. */
  readonly conversations: number;
  readonly showsPlans: boolean;
  /** Of a hundred messages so many come from somebody who never wrote before. */
  readonly newCustomersPercent: number;
  /** Waits for a calm machine before each round, and repeats a round that others disturbed. */
  readonly isPatient: boolean;
  /** The floor's statements have names, as ours do; without, they are as one writes them. */
  readonly isFloorPrepared: boolean;
  /** inbound: only cases whose name contains it. */
  readonly onlyCase: string;
  readonly progress: (line: string) => void;
}
