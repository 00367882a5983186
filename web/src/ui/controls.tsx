import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './controls.module.css';

function join(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'plain' | 'primary' | 'danger';
  isLarge?: boolean;
}

export function Button({ look = 'plain', isLarge, className, type = 'button', ...rest }: ButtonProps) {
  const looks = { plain: undefined, primary: styles.primary, danger: styles.danger };
  return (
    <button
      type={type}
      className={join(styles.button, looks[look], isLarge && styles.large, className)}
      {...rest}
    />
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Said by screen readers and shown on hover. */
  label: string;
}

export function IconButton({ label, className, type = 'button', title, ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={title ?? label}
      className={join(styles.icon, className)}
      {...rest}
    />
  );
}

export function LinkButton({ className, type = 'button', ...rest }: ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button type={type} className={join(styles.link, className)} {...rest} />;
}

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'accent';

export function Chip({
  tone = 'plain',
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={join(styles.chip, tone !== 'plain' && styles[tone])} title={title}>
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}

export function Dot({ color }: { color: string }) {
  return <span className={styles.dot} style={{ background: color }} aria-hidden />;
}

/** Holds the place of what comes, in its size. */
export function Skeleton({ width, height }: { width: number | string; height: number }) {
  return <div className={styles.skeleton} style={{ inlineSize: width, blockSize: height }} aria-hidden />;
}

interface StateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: { label: string; run: () => void };
  isAlert?: boolean;
}

/** An empty place that says what comes next, or a failure that says what to do. */
export function PlaceState({ icon, title, children, action, isAlert }: StateProps) {
  return (
    <div className={styles.state} role={isAlert ? 'alert' : undefined}>
      {icon}
      <b>{title}</b>
      {children ? <p>{children}</p> : null}
      {action ? <Button onClick={action.run}>{action.label}</Button> : null}
    </div>
  );
}
