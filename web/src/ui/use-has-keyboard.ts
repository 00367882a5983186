import { useMediaQuery } from '@mantine/hooks';

/** Whether naming keys is of any help: not where one works with a finger. */
export function useHasKeyboard(): boolean {
  return !useMediaQuery('(hover: none)', undefined, { getInitialValueInEffect: false });
}
