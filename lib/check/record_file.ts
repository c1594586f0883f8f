/**
 * RECORD: the list of a wheel's files.
 *
 * @see {@link https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file | The RECORD file}
 *
 * @module
 */

/**
 * The paths that a RECORD lists.
 *
 * @param content The file
 * @returns The paths, with forward slashes; `null` if it is not CSV in UTF-8,
 *   or a line is blank, on which PyPI breaks
 */
export function parseRecord(content: Uint8Array): Set<string> | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(content);
  } catch {
    return null;
  }
  // Python splits lines at these, too.
  // deno-lint-ignore no-control-regex
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  const paths = new Set<string>();
  let row = newRow();
  for (const line of lines) {
    if (line === "" && !row.inQuotes) return null;
    readLine(row, line);
    // A quoted field may go on in the next line; Python drops the line break.
    if (row.inQuotes) continue;
    paths.add(row.path.replaceAll("\\", "/"));
    row = newRow();
  }
  if (row.inQuotes) paths.add(row.path.replaceAll("\\", "/"));
  return paths;
}

/** A row of CSV while it is read; only its first field is kept. */
interface Row {
  path: string;
  fields: number;
  inQuotes: boolean;
}

function newRow(): Row {
  return { path: "", fields: 0, inQuotes: false };
}

function readLine(row: Row, line: string): void {
  let atStart = !row.inQuotes;
  for (let index = 0; index < line.length; index++) {
    const char = line[index]!;
    if (row.inQuotes && char === '"') {
      // Two quotes stand for one.
      row.inQuotes = line[index + 1] === '"';
      if (!row.inQuotes) continue;
      index++;
    } else if (!row.inQuotes && char === ",") {
      row.fields++;
      atStart = true;
      continue;
    } else if (atStart && char === '"') {
      row.inQuotes = true;
      atStart = false;
      continue;
    }
    atStart = false;
    if (row.fields === 0) row.path += char;
  }
}
