import type { ReactNode } from 'react';
import { Button } from '../../ui/controls.tsx';
import styles from '../settings/settings.module.css';
import type { useSubmit } from '../settings/use-submit.ts';

interface FormFootProps {
  submit: ReturnType<typeof useSubmit>;
  isReady: boolean;
  act: 'Connect' | 'Save and connect';
  leave: 'Back' | 'Cancel';
  onLeave: () => void;
  /** What else happens, or does not. */
  children?: ReactNode;
}

/** The end of each form that connects a channel: what is wrong with all of it, and the two ways out. */
export function FormFoot({ submit, isReady, act, leave, onLeave, children }: FormFootProps) {
  return (
    <>
      {submit.problem === null ? null : (
        <p className={styles.problem} role="alert">
          {submit.problem}
        </p>
      )}
      {children ? <p className={styles.help}>{children}</p> : null}
      <div className={`${styles.end} ${styles.foot}`}>
        <Button isLarge onClick={onLeave}>
          {leave}
        </Button>
        <Button type="submit" look="primary" isLarge disabled={!isReady || submit.isBusy}>
          {submit.isBusy ? 'Connecting…' : act}
        </Button>
      </div>
    </>
  );
}
