import { isUtf8 } from "node:buffer";

/** How a layout's texts are written. */
export const ENCODINGS = ["utf-8", "latin1", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const WINDOWS_1252 = new TextDecoder("windows-1252");
// biome-ignore lint/suspicious/noControlCharactersInRegex: the class is the whole of ASCII
const NOT_ASCII = /[^\u0000-\u007f]/;
/** Letters such as the euro sign in Windows-1252; in Latin-1 these bytes stand for nothing that is written. */
const NOT_LATIN1 = /[\u0080-\u009f]/;

/**
 * Decodes text of one character per byte, as {@link readBlocks} gives it. What
 * cannot be of the encoding is read as Windows-1252, which takes any byte:
 * {@link isForeign} tells. Give it a line at a time, so that one bad byte
 * garbles no other line.
 */
export function decodeText(bytes: string, encoding: Encoding): string {
  if (encoding === "latin1") return NOT_LATIN1.test(bytes) ? decode1252(bytes) : bytes;
  if (!NOT_ASCII.test(bytes)) return bytes;
  if (encoding === "windows-1252") return decode1252(bytes);
  const buffer = Buffer.from(bytes, "latin1");
  return isUtf8(buffer) ? buffer.toString("utf8") : WINDOWS_1252.decode(buffer);
}

/** Whether {@link decodeText} had to read these bytes as Windows-1252 though the layout says otherwise. */
export function isForeign(bytes: string, encoding: Encoding): boolean {
  if (encoding === "latin1") return NOT_LATIN1.test(bytes);
  return encoding === "utf-8" && NOT_ASCII.test(bytes) && !isUtf8(Buffer.from(bytes, "latin1"));
}

/** Whether a file that begins with these bytes is in UTF-16: by its byte-order mark, or by the first tag of XML. */
export function isUtf16(bytes: string): boolean {
  return ["\u00ff\u00fe", "\u00fe\u00ff", "<\u0000", "\u0000<"].some((begin) => bytes.startsWith(begin));
}

function decode1252(bytes: string): string {
  return WINDOWS_1252.decode(Buffer.from(bytes, "latin1"));
}
