import { LONGEST_ROW_BYTES, readBlocks } from "./read-blocks.ts";

/** Some lines of a file, in order. */
export interface LineBlock {
  /** Without their ends (CR LF or LF), one character per byte. */
  readonly lines: readonly string[];
  /** The number of the first line; a file's first line is 1. */
  readonly firstLine: number;
  /** Whether all of it is printable ASCII: nothing to decode, nothing to suspect. */
  readonly plain: boolean;
  /** Whether its last line has an end; only a file's last block may lack it. */
  readonly ended: boolean;
}

/** Anything but tabs, line ends and printable ASCII. */
const NOT_PLAIN = /[^\t\n\r -~]|\r(?!\n|$)/;

/**
 * Cuts a file's bytes into lines. A line longer than {@link LONGEST_ROW_BYTES} is
 * shortened, yet stays longer than that.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let firstLine = 1;
  for await (const { text } of readBlocks(chunks, "\n", LONGEST_ROW_BYTES)) {
    const lines = text.split("\n");
    const ended = text.endsWith("\n");
    if (ended) lines.pop();
    if (text.includes("\r")) {
      for (const [index, line] of lines.entries()) {
        if (line.endsWith("\r")) lines[index] = line.slice(0, -1);
      }
    }
    yield { lines, firstLine, plain: !NOT_PLAIN.test(text), ended };
    firstLine += lines.length;
  }
}
