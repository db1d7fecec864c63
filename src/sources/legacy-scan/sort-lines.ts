import type { DelimitedLayout, FixedLayout } from "./layout.ts";

/** Whether a layout's files begin with the names of their columns. */
export function hasHeader(layout: DelimitedLayout | FixedLayout): layout is DelimitedLayout {
  return layout.format === "delimited" && layout.header;
}

/** Makes what says of each line of a file in turn what it is. Both readings use it, so that they count the same rows. */
export function makeLineSorter(
  layout: DelimitedLayout | FixedLayout,
): (line: string) => "header" | "row" | "trailer" | "nothing" {
  const { comment, trailer } = layout;
  const trailerStart = trailer === undefined ? undefined : toTrailerStart(trailer.line);
  let awaitsHeader = hasHeader(layout);
  return (line) => {
    if (line === "" || line.trim() === "") return "nothing";
    if (trailerStart !== undefined && line.startsWith(trailerStart)) return "trailer";
    if (comment !== undefined && line.startsWith(comment)) return "nothing";
    if (!awaitsHeader) return "row";
    awaitsHeader = false;
    return "header";
  };
}

/** What a trailer begins with. */
export function toTrailerStart(rule: string): string {
  return rule.slice(0, rule.indexOf("{rows}"));
}

/** The number that a trailer states; `undefined` when the line is not of the rule. */
export function countInTrailer(line: string, rule: string): number | undefined {
  const start = toTrailerStart(rule);
  const end = rule.slice(start.length + "{rows}".length);
  const text = line.trim();
  if (!text.endsWith(end)) return undefined;
  const digits = text.slice(start.length, text.length - end.length);
  return /^[0-9]{1,15}$/.test(digits) ? Number(digits) : undefined;
}
