import type { FileSequence } from "../../domain/scan-file-entry.ts";

/** What a file's name says. */
export interface NamedFile {
  /** When the file came, UTC epoch milliseconds; `null` where the pattern has no time. */
  readonly receivedAt: number | null;
  /** Whose file it is; `null` where the pattern does not say. */
  readonly customer: string | null;
  /** The file's number in its customer's row of files; `null` where the pattern has none. */
  readonly sequence: FileSequence | null;
}

/** Reads a file name; `undefined` when it is not of the pattern. */
export type NamePattern = (name: string) => NamedFile | undefined;

/** What a placeholder stands for; every one has a short, plain shape, so no name can make matching slow. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  yyyyMMdd: "(?<date>[0-9]{8})",
  HHmmss: "(?<time>[0-9]{6})",
  yyyyMMddHHmmss: "(?<date>[0-9]{8})(?<time>[0-9]{6})",
  customer: "(?<customer>[0-9A-Za-z-]{1,40})",
  sequence: "(?<sequence>[0-9]{1,12})",
  daySequence: "(?<sequence>[0-9]{1,12})",
  seq: "[0-9]{1,12}",
  word: "[0-9A-Za-z-]{1,40}",
};

const LONGEST_NAME = 255;

/**
 * Makes the reader of a name pattern such as
 * `TT_{customer}_{yyyyMMdd}_{HHmmss}_{seq}.csv`: placeholders in braces, every
 * other character standing for itself, in either letter case. The time in a
 * name is UTC. `{sequence}` is a number that goes up by one from file to file,
 * `{daySequence}` one that begins anew each day; `{seq}` is any number, of
 * which nothing is expected.
 *
 * @throws RangeError for a placeholder that does not exist, for one that stands
 *   beside another without a character between them, for one that says the same
 *   as another, or for half a time
 */
export function makeNamePattern(pattern: string): NamePattern {
  if (/\}\{/.test(pattern)) throw new RangeError("two placeholders stand side by side");
  const source = pattern
    .split(/(\{[^{}]*\})/)
    .map((piece) => (/^\{.*\}$/.test(piece) ? toSource(piece) : RegExp.escape(piece)))
    .join("");
  for (const [group] of source.matchAll(/\?<\w+>/g)) {
    if (source.split(group).length > 2) throw new RangeError(`it says the ${group.slice(2, -1)} twice`);
  }
  const hasDate = source.includes("?<date>");
  if (hasDate !== source.includes("?<time>"))
    throw new RangeError("it has a date or a time without the other");
  const isDaily = pattern.includes("{daySequence}");
  if (isDaily && !hasDate) throw new RangeError("{daySequence} needs the date");
  const expression = new RegExp(`^${source}$`, "i");
  return (name) => {
    if (name.length > LONGEST_NAME) return undefined;
    const match = expression.exec(name);
    if (match === null) return undefined;
    const { date = "", time = "", customer = null, sequence } = match.groups ?? {};
    const named = {
      receivedAt: null,
      customer,
      sequence: sequence === undefined ? null : toSequence(sequence, isDaily),
    };
    if (!hasDate) return named;
    try {
      return { ...named, receivedAt: Temporal.Instant.from(`${date}T${time}Z`).epochMilliseconds };
    } catch {
      return undefined;
    }
  };
}

function toSequence(digits: string, isDaily: boolean): FileSequence {
  return { number: Number(digits), digits: digits.length, isDaily };
}

function toSource(placeholder: string): string {
  const source = PLACEHOLDERS[placeholder.slice(1, -1)];
  if (source === undefined) {
    const known = Object.keys(PLACEHOLDERS).map((name) => `{${name}}`);
    throw new RangeError(`${placeholder} is none of ${known.join(" ")}`);
  }
  return source;
}
