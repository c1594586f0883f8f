/**
 * The commands of a shell script, read without running it.
 *
 * @module
 */

/** One simple command. */
export interface ShellCommand {
  /** Its words, unquoted, without leading assignments. */
  readonly words: readonly string[];
  /** Variables that are set for it alone, or by an `export`. */
  readonly variables: Readonly<Record<string, string>>;
  /** 0-based line within the script. */
  readonly line: number;
}

const MAX_LENGTH = 100_000;
/** Words that may stand before a command. */
const KEYWORDS = new Set(
  "if then else elif do while until ! { time exec command sudo".split(" "),
);

// A GitHub expression, quoted text, an escape, a comment, an operator, blanks,
// or anything else that is part of a word.
const PART =
  /(\$\{\{[^]*?\}\})|("(?:[^"\\]|\\[^])*"|'[^']*')|\\(\r?\n)|\\([^])|(#[^\n]*)|(<<-?\s*['"]?(\w+)['"]?)|(&&|\|\||[;&|()\n]|`)|([ \t\r]+)|([^\s;&|()"'\\$#`<]+|[$#<])/y;

/**
 * Splits a script into its simple commands, those of pipelines, lists and
 * substitutions included.
 *
 * @param script A POSIX shell script; PowerShell is close enough
 * @returns The commands in order
 */
export function shellCommands(script: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const text = script.slice(0, MAX_LENGTH);
  let exported: Record<string, string> = {};
  let words: string[] = [];
  let word: string | null = null;
  let line = 0;
  let start = 0;
  let hereDocument: string | null = null;
  let position = 0;

  function add(part: string): void {
    if (words.length === 0 && word === null) start = line;
    word = (word ?? "") + part;
  }
  function endWord(): void {
    if (word !== null) words.push(word);
    word = null;
  }
  function endCommand(): void {
    endWord();
    const { rest, variables } = takeAssignments(words);
    if (rest[0] === "export" || rest.length === 0) {
      exported = { ...exported, ...variables };
      exported = {
        ...exported,
        ...takeAssignments(rest.slice(1)).variables,
      };
    } else {
      commands.push({
        words: rest,
        variables: { ...exported, ...variables },
        line: start,
      });
    }
    words = [];
  }

  while (position < text.length) {
    PART.lastIndex = position;
    const match = PART.exec(text);
    if (match === null) {
      // A quote without an end: what follows is text.
      position++;
      continue;
    }
    position = PART.lastIndex;
    const [whole, expression, quoted, , escaped, comment, here, marker] = match;
    const operator = match[8];
    if (expression !== undefined) add(expression);
    else if (quoted !== undefined) add(quoted.slice(1, -1));
    else if (escaped !== undefined) add(escaped);
    else if (comment !== undefined) {
      if (word !== null) {
        // A number sign inside a word starts no comment.
        add("#");
        position = PART.lastIndex - comment.length + 1;
        continue;
      }
    } else if (here !== undefined) hereDocument = marker!;
    else if (operator !== undefined) endCommand();
    else if (match[9] !== undefined) endWord();
    else if (match[10] !== undefined) add(whole);
    line += whole.split("\n").length - 1;
    if (operator === "\n" && hereDocument !== null) {
      const end = new RegExp(`^[ \\t]*${hereDocument}[ \\t]*$`, "m");
      const body = text.slice(position);
      const found = end.exec(body);
      const length = found === null ? body.length : found.index;
      line += body.slice(0, length).split("\n").length - 1;
      position += length + (found?.[0].length ?? 0);
      hereDocument = null;
    }
  }
  endCommand();
  return commands;
}

function takeAssignments(
  words: readonly string[],
): { rest: string[]; variables: Record<string, string> } {
  const variables: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const match = /^([A-Za-z_]\w*)=([^]*)$/.exec(words[at]!);
    if (match !== null) variables[match[1]!] = match[2]!;
    else if (!KEYWORDS.has(words[at]!) && words[at] !== "env") break;
  }
  return { rest: words.slice(at), variables };
}
