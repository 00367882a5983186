import { SetupError } from '../kit/errors.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** The one place that reads `process.env`. An empty or blank variable counts as unset. */
export function processVariables(): Variables {
  return process.env;
}

export interface VariableReader {
  text(name: string): string | undefined;
  /** A whole number within the bounds, both included. */
  integer(name: string, bounds: { minimum: number; maximum: number }): number | undefined;
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
  /** An absolute URL of one of the schemes ("https"), without a trailing slash. */
  url(name: string, schemes: readonly string[]): string | undefined;
  fault(name: string, message: string): void;
  /** Throws one SetupError that lists everything that was wrong. */
  throwFaults(): void;
}

/**
 * Reads variables and collects what is wrong with them, so that an operator mends all of it at once.
 * A faulty variable reads as unset until `throwFaults` ends the matter. Values never get into messages:
 * many of them are secrets.
 */
export function readVariables(variables: Variables): VariableReader {
  const faults: { path: string; message: string }[] = [];

  function text(name: string): string | undefined {
    const value = variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  function fault(name: string, message: string): void {
    faults.push({ path: name, message });
  }

  return {
    text,
    fault,

    integer(name, { minimum, maximum }) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= minimum && number <= maximum) return number;
      fault(name, `must be a whole number from ${minimum} to ${maximum}`);
      return undefined;
    },

    oneOf(name, choices) {
      const value = text(name)?.toLowerCase();
      if (value === undefined) return undefined;
      const choice = choices.find(candidate => candidate === value);
      if (choice === undefined) fault(name, `must be one of ${choices.join(', ')}`);
      return choice;
    },

    url(name, schemes) {
      const value = text(name);
      if (value === undefined) return undefined;
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      if (parsed && schemes.includes(parsed.protocol.slice(0, -1)) && parsed.hostname !== '') {
        return value.replace(/\/+$/, '');
      }
      fault(name, `must be a URL that begins with ${schemes.map(scheme => `${scheme}://`).join(' or ')}`);
      return undefined;
    },

    throwFaults() {
      if (faults.length === 0) return;
      const listed = faults.map(({ path, message }) => `${path} ${message}`).join('; ');
      throw new SetupError(`Mend the environment and start again: ${listed}.`, { details: faults });
    },
  };
}
