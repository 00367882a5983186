import { IconUser } from '@tabler/icons-react';
import type { Platform } from '../../../src/contract/index.ts';
import styles from './controls.module.css';
import { initialsOf } from './person-name.ts';
import { PlatformMark } from './platform-mark.tsx';

/** White letters stand on each of these with a contrast of at least 4.5. */
const colors = [
  '#7048e8',
  '#c2410c',
  '#0b7285',
  '#c2255c',
  '#4d7c0f',
  '#364fc7',
  '#862e9c',
  '#087f5b',
  '#a61e4d',
  '#1864ab',
];

function colorOf(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return colors[hash % colors.length] ?? '#364fc7';
}

interface AvatarProps {
  name: string;
  url?: string | null;
  size?: number;
  platform?: Platform;
}

export function Avatar({ name, url, size = 32, platform }: AvatarProps) {
  const style = {
    inlineSize: size,
    blockSize: size,
    fontSize: Math.round(size * 0.37),
    background: colorOf(name),
  };
  const initials = url ? null : initialsOf(name);
  return (
    <span className={styles.avatar} style={style} data-initials={initials ?? undefined} aria-hidden>
      {url ? <img src={url} alt="" loading="lazy" /> : null}
      {url || initials !== null ? null : <IconUser size={Math.round(size * 0.56)} stroke={2} />}
      {platform ? <PlatformMark platform={platform} /> : null}
    </span>
  );
}
