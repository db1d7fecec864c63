/** The longest row, in bytes. */
export const LONGEST_ROW_BYTES = 64 * 1024;

/** UTF-8's byte-order mark, one character per byte. */
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

/** A stretch of a file, one character per byte. */
export interface Block {
  /** Ends with the block's end character; only a file's last one may lack it. */
  readonly text: string;
  /** Whether a piece was longer than `longest` and lost bytes; it is still longer than that. */
  readonly cut: boolean;
}

/**
 * Cuts a file's bytes into blocks that end where a line (or a tag) ends. A
 * byte-order mark at the file's beginning is left out.
 *
 * @param end the one ASCII character that ends a piece: in none of our
 *   encodings is it part of another character
 * @param longest the most bytes of a piece; what is longer is cut, so that no file can fill the memory
 */
export async function* readBlocks(
  chunks: AsyncIterable<Buffer>,
  end: "\n" | ">",
  longest: number,
): AsyncGenerator<Block> {
  let rest = "";
  let cut = false;
  let begun = false;
  for await (const chunk of chunks) {
    let text = rest + chunk.toString("latin1");
    if (!begun && text.length >= BYTE_ORDER_MARK.length) {
      begun = true;
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(BYTE_ORDER_MARK.length);
    }
    const until = text.lastIndexOf(end) + 1;
    if (until > 0) {
      begun = true;
      yield { text: text.slice(0, until), cut };
      cut = false;
    }
    rest = text.slice(until);
    if (rest.length > longest) {
      cut = true;
      rest = rest.slice(0, longest + 1);
    }
  }
  if (rest !== "") yield { text: rest, cut };
}
