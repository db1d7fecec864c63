import type { ParsedRow } from "../../intake/incoming.ts";
import { bindColumns } from "./bind-columns.ts";
import { decodeText, isForeign, isUtf16 } from "./decode-text.ts";
import type { Fault } from "./faults.ts";
import { toXmlFault, UTF_16_FILE } from "./faults.ts";
import type { FileFacts, RowObserver } from "./file-facts.ts";
import type { XmlLayout } from "./layout.ts";
import type { FileContext } from "./make-row-reader.ts";
import { makeRowReader, quarantineRow, toExtra, toRaw } from "./make-row-reader.ts";
import { makeXmlReader } from "./make-xml-reader.ts";
import type { Block } from "./read-blocks.ts";

const MOST_ROWS = 4096;
const NOT_PLAIN = /[^\t\n\r -~]/;

/**
 * First reading: whether the document is whole and well-formed.
 *
 * @param blocks ended by `>`; read to the end in every case
 */
export async function inspectXml(blocks: AsyncIterable<Block>, layout: XmlLayout): Promise<FileFacts> {
  let foreignLines = 0;
  const reader = makeXmlReader(layout);
  let first = true;
  for await (const { text, cut } of blocks) {
    if (first && isUtf16(text)) reader.stop(UTF_16_FILE);
    first = false;
    if (cut) reader.stop(toXmlFault("XML_MALFORMED", "no tag ends for more than 1 MiB"));
    const { decoded, foreign } = decodeBlock(text, layout);
    foreignLines += foreign;
    reader.read(decoded);
  }
  reader.finish();
  const { fault, line } = reader.getState();
  return {
    fault,
    faultLine: line,
    rows: 0,
    foreignLines,
    binding: bindColumns(layout, layout.columns),
    header: null,
    trailer: null,
    unendedLine: null,
  };
}

/**
 * Second reading: the rows of a document, in batches. A document with a fault
 * gives every row's start tag quarantined, at least one.
 */
export async function* parseXml(
  blocks: AsyncIterable<Block>,
  layout: XmlLayout,
  { fault, faultLine }: FileFacts,
  context: FileContext,
  observe?: RowObserver,
): AsyncGenerator<readonly ParsedRow[]> {
  const batches =
    fault === null
      ? parseElements(blocks, layout, context, observe)
      : refuseElements(blocks, layout, fault, faultLine, context);
  for await (const rows of batches) {
    for (let from = 0; from < rows.length; from += MOST_ROWS) yield rows.slice(from, from + MOST_ROWS);
  }
}

async function* parseElements(
  blocks: AsyncIterable<Block>,
  layout: XmlLayout,
  context: FileContext,
  observe: RowObserver | undefined,
): AsyncGenerator<readonly ParsedRow[]> {
  const reader = makeXmlReader(layout);
  const readRow = makeRowReader(layout, bindColumns(layout, layout.columns), context);
  const known = new Set(layout.columns);
  for await (const { text } of blocks) {
    const rows: ParsedRow[] = [];
    for (const { line, texts, fault } of reader.read(decodeBlock(text, layout).decoded)) {
      const cells = layout.columns.map((name) => texts.get(name) ?? "");
      const raw = (): string => [...texts].map(([name, value]) => `${name}=${value}`).join(" ");
      const extra = toExtra([...texts].filter(([name]) => !known.has(name)));
      const row =
        fault === undefined
          ? readRow(cells, line, raw, extra)
          : quarantineRow(fault, context.name, line, toRaw(raw(), layout));
      if (row !== undefined) rows.push(row);
      observe?.(() => ({ line, cells: fault === undefined ? texts : null, raw: raw(), outcome: row }));
    }
    yield rows;
  }
}

/** Counts rows where no parser can: by their start tags. */
async function* refuseElements(
  blocks: AsyncIterable<Block>,
  layout: XmlLayout,
  fault: Fault,
  faultLine: number,
  { name }: FileContext,
): AsyncGenerator<readonly ParsedRow[]> {
  const startTag = new RegExp(`<(?:[\\w.-]+:)?${RegExp.escape(layout.row)}(?=[\\s/>])`, "g");
  let line = 1;
  let seen = 0;
  for await (const { text } of blocks) {
    const rows: ParsedRow[] = [];
    let counted = 0;
    for (const { index } of text.matchAll(startTag)) {
      line += countLines(text.slice(counted, index));
      counted = index;
      rows.push(quarantineRow(fault, name, line, toRaw(text.slice(index, index + 300), layout)));
    }
    line += countLines(text.slice(counted));
    seen += rows.length;
    yield rows;
  }
  if (seen === 0) yield [quarantineRow(fault, name, faultLine, "")];
}

/** Decodes a block at once where it can, and otherwise tag by tag, so that one bad byte garbles no other text. */
function decodeBlock(text: string, { encoding }: XmlLayout): { decoded: string; foreign: number } {
  if (!NOT_PLAIN.test(text)) return { decoded: text, foreign: 0 };
  if (!isForeign(text, encoding)) return { decoded: decodeText(text, encoding), foreign: 0 };
  const pieces = text.split(/(?<=>)/);
  return {
    decoded: pieces.map((piece) => decodeText(piece, encoding)).join(""),
    foreign: pieces.filter((piece) => isForeign(piece, encoding)).length,
  };
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
