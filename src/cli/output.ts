/** The one JSON document that `--json` promises. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** What a command has to say beside its answer. Never on stdout, which belongs to the answer. */
export function warn(line: string): void {
  console.error(line);
}

/**
 * Progress of long work: plain lines on stderr. With `--json` only a person at a terminal wants them.
 */
export function progressPrinter(options: { readonly json?: boolean | undefined }): (line: string) => void {
  return options.json && !process.stderr.isTTY ? () => undefined : line => console.error(line);
}

/** Lines in columns as wide as their widest cell so far; rows may come in pages. The first row is the heading. */
export function tablePrinter(heading: readonly string[]): (rows: readonly (readonly string[])[]) => void {
  const widths = heading.map(cell => cell.length);
  let isBegun = false;
  return rows => {
    for (const row of rows)
      for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
    for (const row of isBegun ? rows : [heading, ...rows])
      console.log(
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
    isBegun = true;
  };
}
