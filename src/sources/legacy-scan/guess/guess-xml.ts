import { SaxesParser } from "saxes";
import { decodeText } from "../decode-text.ts";
import type { RowElement } from "../make-xml-reader.ts";
import { makeXmlReader } from "../make-xml-reader.ts";
import type { Cut, CutOptions } from "./cut.ts";
import { decide } from "./decision.ts";
import type { Sample } from "./read-sample.ts";

const MOST_CANDIDATES = 6;
const MOST_ROWS = 20_000;
const LEAST_COLUMNS = 3;
const PIECE = 64 * 1024;

/** Every element of a document that may be a row: those with enough texts of their own. */
export function cutXml(samples: readonly Sample[], { encoding }: CutOptions): Cut[] {
  const documents = samples.map(({ text }) =>
    text
      .split(/(?<=>)/)
      .map((piece) => decodeText(piece, encoding))
      .join(""),
  );
  const counts = new Map<string, ElementCount>();
  const roots = new Set<string>();
  for (const document of documents) countElements(document, counts, roots);
  const [root] = roots;
  if (root === undefined || roots.size > 1) return [];
  return [...counts]
    .filter(([name, { holds }]) => name !== root && holds)
    .sort((a, b) => b[1].count - a[1].count)
    .slice(0, MOST_CANDIDATES)
    .map(([row]) => cutAt(documents, root, row, encoding))
    .filter((cut) => cut !== undefined)
    .sort((a, b) => b.table.names.length - a.table.names.length);
}

function cutAt(
  documents: readonly string[],
  root: string,
  row: string,
  encoding: CutOptions["encoding"],
): Cut | undefined {
  const elements = documents.flatMap((document) => readElements(document, root, row)).slice(0, MOST_ROWS);
  const readable = elements.filter(({ fault }) => fault === undefined);
  const filled = (path: string): boolean => readable.some(({ texts }) => (texts.get(path) ?? "") !== "");
  const names = [...new Set(readable.flatMap(({ texts }) => [...texts.keys()]))].filter(filled);
  if (names.length < LEAST_COLUMNS) return undefined;
  const values = { root, row, count: elements.length, columns: names.length };
  const fit = readable.length / elements.length;
  return {
    table: { names, rows: readable.map(({ texts }) => names.map((name) => texts.get(name) ?? "")) },
    fit,
    showsRowEnd: true,
    decisions: [
      decide("format", "xml", "sure", "tags"),
      decide("root", root, "sure", "rootElement", values),
      decide("row", row, fit === 1 && elements.length > 1 ? "sure" : "likely", "rowElement", values),
    ],
    toForm: (columns) => ({ format: "xml", encoding, root, row, columns }),
  };
}

interface ElementCount {
  count: number;
  /** Whether other elements or attributes stand in it. */
  holds: boolean;
}

/** How often each element comes, up to where the sample ends or is no XML. */
function countElements(document: string, counts: Map<string, ElementCount>, roots: Set<string>): void {
  const parser = new SaxesParser({ xmlns: false });
  const path: ElementCount[] = [];
  let hasFailed = false;
  parser.on("error", () => {
    hasFailed = true;
  });
  parser.on("opentag", ({ name: qualified, attributes }) => {
    const name = qualified.slice(qualified.indexOf(":") + 1);
    const parent = path.at(-1);
    if (parent === undefined) roots.add(name);
    else parent.holds = true;
    const element = counts.get(name) ?? { count: 0, holds: false };
    element.count += 1;
    element.holds ||= Object.keys(attributes).length > 0;
    counts.set(name, element);
    path.push(element);
  });
  parser.on("closetag", () => {
    path.pop();
  });
  for (let from = 0; from < document.length && !hasFailed; from += PIECE)
    parser.write(document.slice(from, from + PIECE));
}

function readElements(document: string, root: string, row: string): RowElement[] {
  const reader = makeXmlReader({ root, row });
  const elements: RowElement[] = [];
  for (let from = 0; from < document.length; from += PIECE)
    elements.push(...reader.read(document.slice(from, from + PIECE)));
  return elements;
}
