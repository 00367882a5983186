import { create } from 'qrcode';
import { useMemo } from 'react';
import styles from './pairing.module.css';

/** Cameras want a quiet border of four modules; the sheet around it is white, too. */
const border = 2;

/** Dark on white in every theme: many phones read nothing else. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const { modules } = create(text, { errorCorrectionLevel: 'L' });
    const dark: string[] = [];
    for (let row = 0; row < modules.size; row += 1)
      for (let column = 0; column < modules.size; column += 1)
        if (modules.get(row, column)) dark.push(`M${column + border} ${row + border}h1v1h-1z`);
    return { size: modules.size + 2 * border, path: dark.join('') };
  }, [text]);
  return (
    <svg
      className={styles.code}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
