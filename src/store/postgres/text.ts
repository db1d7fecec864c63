/**
 * PostgreSQL's text cannot hold U+0000, and what comes from outside may. It is
 * kept as U+0001 0, and U+0001 itself as U+0001 1: the order of texts stays
 * what it was. Every text that goes out or comes in passes here.
 */
export function toKeptText(text: string): string {
  if (!(text.includes("\0") || text.includes("\u0001"))) return text;
  return text.replaceAll("\u0001", "\u00011").replaceAll("\0", "\u00010");
}

export function fromKeptText(kept: string): string {
  if (!kept.includes("\u0001")) return kept;
  return kept.replaceAll("\u00010", "\0").replaceAll("\u00011", "\u0001");
}
