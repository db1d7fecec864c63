import { SaxesParser } from "saxes";
import type { Fault } from "./faults.ts";
import { CONTROL_CHARACTER, ROW_TOO_LONG, toFault, toXmlFault, XML_DOCTYPE } from "./faults.ts";
import type { XmlLayout } from "./layout.ts";
import { LONGEST_ROW_BYTES } from "./read-blocks.ts";

/** One row's element, read whole. */
export interface RowElement {
  /** The line where its start tag ends. */
  readonly line: number;
  /** The texts within it by path (`Outer/Inner`, `@attribute`), trimmed, each on one line. */
  readonly texts: ReadonlyMap<string, string>;
  /** Why the row cannot be read. */
  readonly fault: Fault | undefined;
}

/** A parser that is fed a document piece by piece. */
export interface XmlReader {
  /** The rows that ended in this piece; none from the first fault on. */
  readonly read: (piece: string) => readonly RowElement[];
  /** To be called after the last piece. */
  readonly finish: () => void;
  /** Gives the document up. */
  readonly stop: (fault: Fault) => void;
  /** The first fault, and its line; without one, the line reached. */
  readonly getState: () => { readonly fault: Fault | null; readonly line: number };
}

const DEEPEST = 32;
/** The most bytes without a tag or a remark: of one text, or of what only looks like tags. */
export const LONGEST_TEXT_BYTES = 1024 * 1024;
/** `&` that begins no reference: the parser takes all that follows for one, and finds out at the end only. */
const LONE_AMPERSAND = /&(?!(?:[A-Za-z_:][\w:.-]{0,60}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
const MOST_TEXTS = 200;
const LINE_ENDS = /[\t\n\r]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

class Stopped extends Error {}

/**
 * Makes a reader of documents of the layout. It expands no entity but the five
 * of XML itself, refuses a DOCTYPE, and gives up at the first error: what
 * follows one means nothing. Name prefixes are left out.
 */
export function makeXmlReader(layout: Pick<XmlLayout, "root" | "row">): XmlReader {
  const parser = new SaxesParser({ xmlns: false, position: true });
  let fault: Fault | null = null;
  let faultLine = 0;
  let depth = 0;
  let rows: RowElement[] = [];
  let row: OpenRow | null = null;

  const stop = (found: Fault): void => {
    if (fault !== null) return;
    fault = found;
    faultLine = parser.line;
  };
  const giveUp = (found: Fault): never => {
    stop(found);
    throw new Stopped();
  };
  const attempt = (step: () => void): void => {
    if (fault !== null) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  };

  let isClosing = false;
  let silence = 0;
  let hasLoneAmpersand = false;
  const toUnended = (code: "XML_MALFORMED" | "XML_TRUNCATED", reason: string): Fault =>
    hasLoneAmpersand ? toXmlFault("XML_MALFORMED", "'&' that begins no reference") : toXmlFault(code, reason);
  parser.on("error", ({ message }) => {
    if (isClosing) giveUp(toUnended("XML_TRUNCATED", toReason(message)));
    giveUp(toXmlFault("XML_MALFORMED", toReason(message)));
  });
  parser.on("doctype", () => {
    giveUp(XML_DOCTYPE);
  });
  parser.on("opentag", ({ name: qualified, attributes }) => {
    silence = 0;
    const name = toLocalName(qualified);
    depth += 1;
    if (depth > DEEPEST) giveUp(toXmlFault("XML_MALFORMED", `elements within elements, ${depth} deep`));
    if (depth === 1 && name !== layout.root) giveUp(toXmlFault("XML_ROOT", `element '${name}'`));
    if (row === null) {
      if (name !== layout.row) return;
      row = makeOpenRow(parser.line);
    } else if (name === layout.row) {
      // A row within a row: neither can be believed, and each is accounted for.
      row.blame(toRepeated(name));
      rows.push({ line: parser.line, texts: new Map(), fault: toRepeated(name) });
    } else {
      row.enter(name);
    }
    for (const [attribute, value] of Object.entries(attributes)) row.addAttribute(attribute, value);
  });
  parser.on("comment", () => {
    silence = 0;
  });
  parser.on("text", (text) => row?.addText(text));
  parser.on("cdata", (text) => row?.addText(text));
  parser.on("closetag", ({ name }) => {
    silence = 0;
    depth -= 1;
    if (row === null) return;
    if (toLocalName(name) !== layout.row) {
      row.leave();
    } else {
      rows.push(row.close());
      row = null;
    }
  });

  return {
    read: (piece) => {
      rows = [];
      silence += piece.length;
      hasLoneAmpersand ||= LONE_AMPERSAND.test(piece);
      attempt(() => {
        parser.write(piece);
        if (silence > LONGEST_TEXT_BYTES)
          giveUp(toUnended("XML_MALFORMED", "nothing ends for more than 1 MiB"));
      });
      return fault === null ? rows : [];
    },
    finish: () => {
      isClosing = true;
      attempt(() => parser.close());
    },
    stop,
    getState: () => ({ fault, line: fault === null ? parser.line : faultLine }),
  };
}

/** A row's element between its tags. */
interface OpenRow {
  readonly enter: (name: string) => void;
  readonly leave: () => void;
  readonly addText: (text: string) => void;
  readonly addAttribute: (name: string, value: string) => void;
  readonly blame: (fault: Fault) => void;
  readonly close: () => RowElement;
}

function makeOpenRow(line: number): OpenRow {
  const texts = new Map<string, string>();
  const paths: string[] = [];
  let size = 0;
  let fault: Fault | undefined;

  const blame = (found: Fault): void => {
    fault ??= found;
  };
  const begin = (path: string): void => {
    if (texts.has(path)) blame(toRepeated(path));
    else if (texts.size < MOST_TEXTS) texts.set(path, "");
    else blame(ROW_TOO_LONG);
  };
  const append = (path: string, text: string): void => {
    size += text.length;
    if (size > LONGEST_ROW_BYTES) blame(ROW_TOO_LONG);
    else if (fault === undefined) texts.set(path, (texts.get(path) ?? "") + text);
  };
  const within = (name: string): string => (paths.length === 0 ? name : `${paths.at(-1)}/${name}`);

  return {
    blame,
    enter: (name) => {
      const path = within(name);
      paths.push(path);
      begin(path);
    },
    leave: () => {
      paths.pop();
    },
    addText: (text) => {
      const path = paths.at(-1);
      if (path !== undefined) append(path, text);
      else if (text.trim() !== "") append("text()", text);
    },
    addAttribute: (name, value) => {
      const path = within(`@${name}`);
      begin(path);
      append(path, value);
    },
    close: () => {
      for (const [path, text] of texts) {
        const value = text.trim().replace(LINE_ENDS, " ");
        if (CONTROL.test(value)) blame(CONTROL_CHARACTER);
        texts.set(path, value);
      }
      return { line, texts, fault };
    },
  };
}

/** The parser's message without its place in front. */
function toReason(message: string): string {
  return message.replace(/^[0-9]+:[0-9]+: /, "");
}

function toLocalName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function toRepeated(name: string): Fault {
  const expected = "each element once in a row, so that it is certain which one is meant";
  return toFault(
    "ELEMENT_REPEATED",
    `'${name}' again`,
    expected,
    "correct the row, or the layout's row element",
  );
}
