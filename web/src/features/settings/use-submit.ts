import { type FormEvent, useState } from 'react';
import { ApiError, sentenceOf } from '../../api/api-error.ts';

interface Submit {
  isBusy: boolean;
  /** What is to be said below the form. */
  problem: string | null;
  /** What the server says of one of the form's fields. */
  problemOf: (field: string) => string | undefined;
  onSubmit: (event: FormEvent) => void;
}

interface Fault {
  path: string;
  message: string;
}

/** A sentence about one field begins with its name. */
const aboutField = /^(\w+): (.+)$/s;

function faultsOf(error: unknown): readonly Fault[] {
  if (!(error instanceof ApiError)) return [];
  if (error.details.length > 0) return error.details;
  const [, path, message] = aboutField.exec(error.message) ?? [];
  return path && message ? [{ path, message: message.charAt(0).toUpperCase() + message.slice(1) }] : [];
}

/** Paths name what surrounds the field, and which of its values is meant: `settings.allowedDomains.0`, `settings.imap.host`. */
const concerns = (fault: Fault, field: string): boolean => `.${fault.path}.`.includes(`.${field}.`);

/** Runs a form's request once at a time and keeps what the server says against it, field by field where it can. */
export function useSubmit(fields: readonly string[], run: () => Promise<void>): Submit {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const faults = faultsOf(error);
  const areAllShown =
    faults.length > 0 && faults.every(fault => fields.some(field => concerns(fault, field)));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (isBusy) return;
    setIsBusy(true);
    setError(null);
    run()
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return {
    isBusy,
    problem:
      error === null ? null : areAllShown ? 'Not saved yet: look at what is marked.' : sentenceOf(error),
    problemOf: field => faults.find(fault => concerns(fault, field))?.message,
    onSubmit,
  };
}
