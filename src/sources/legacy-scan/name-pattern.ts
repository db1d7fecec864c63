/** What a file's name says: when the file came, UTC epoch milliseconds; `null` where the pattern has no time. */
export interface NamedFile {
  readonly receivedAt: number | null;
}

/** Reads a file name; `undefined` when it is not of the pattern. */
export type NamePattern = (name: string) => NamedFile | undefined;

/** What a placeholder stands for; every one has a short, plain shape, so no name can make matching slow. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  yyyyMMdd: "(?<date>[0-9]{8})",
  HHmmss: "(?<time>[0-9]{6})",
  yyyyMMddHHmmss: "(?<date>[0-9]{8})(?<time>[0-9]{6})",
  customer: "[0-9A-Za-z-]{1,40}",
  seq: "[0-9]{1,12}",
  word: "[0-9A-Za-z-]{1,40}",
};

const LONGEST_NAME = 255;

/**
 * Makes the reader of a name pattern such as
 * `TT_{customer}_{yyyyMMdd}_{HHmmss}_{seq}.csv`: placeholders in braces, every
 * other character standing for itself, in either letter case. The time in a
 * name is UTC.
 *
 * @throws RangeError for a placeholder that does not exist, for one that stands
 *   beside another without a character between them, or for half a time
 */
export function makeNamePattern(pattern: string): NamePattern {
  if (/\}\{/.test(pattern)) throw new RangeError("two placeholders stand side by side");
  const source = pattern
    .split(/(\{[^{}]*\})/)
    .map((piece) => (/^\{.*\}$/.test(piece) ? toSource(piece) : RegExp.escape(piece)))
    .join("");
  const hasDate = source.includes("?<date>");
  if (hasDate !== source.includes("?<time>"))
    throw new RangeError("it has a date or a time without the other");
  const expression = new RegExp(`^${source}$`, "i");
  return (name) => {
    if (name.length > LONGEST_NAME) return undefined;
    const match = expression.exec(name);
    if (match === null) return undefined;
    if (!hasDate) return { receivedAt: null };
    const { date = "", time = "" } = match.groups ?? {};
    try {
      return { receivedAt: Temporal.Instant.from(`${date}T${time}Z`).epochMilliseconds };
    } catch {
      return undefined;
    }
  };
}

function toSource(placeholder: string): string {
  const source = PLACEHOLDERS[placeholder.slice(1, -1)];
  if (source === undefined) {
    const known = Object.keys(PLACEHOLDERS).map((name) => `{${name}}`);
    throw new RangeError(`${placeholder} is none of ${known.join(" ")}`);
  }
  return source;
}
