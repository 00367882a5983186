import { Skeleton } from '../ui/controls.tsx';
import styles from './shell.module.css';

/** The page before it knows who is there: the same columns, so that nothing jumps. */
export function ShellSkeleton() {
  return (
    <div className={styles.app} aria-busy="true">
      <div className={styles.rail} />
      <div className={styles.opening}>
        <span className="visuallyHidden" role="status">
          Opening the inbox
        </span>
        <Skeleton width={180} height={18} />
        <Skeleton width={260} height={12} />
      </div>
    </div>
  );
}
