/**
 * One step of a schema. Names are the file's name without its ending, so that source and build agree.
 * `up` and `down` are SQL and run inside one transaction. A `breaking` step may not run while an older release serves.
 */
export interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly breaking?: boolean;
}
