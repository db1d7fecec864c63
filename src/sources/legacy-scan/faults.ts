import type { Complaint } from "../../domain/errors.ts";
import type { InputCode } from "../../domain/input-codes.ts";

/** What is wrong with a row, or with a whole file; where it stands is added when a row is set aside. */
export interface Fault {
  readonly code: InputCode;
  readonly complaint: Omit<Complaint, "place">;
}

/** Makes a fault by the recipe *value → what was expected → what to do*. */
export function toFault(code: InputCode, value: string, expected: string, todo: string): Fault {
  return { code, complaint: { value, expected, todo } };
}

const ASK_AGAIN = "ask the sender for the file again";

export const CODE_EMPTY = toFault(
  "CODE_EMPTY",
  "no observation code",
  "a code such as J01",
  "correct the row, or the layout that says where the code stands",
);

export const ROW_TOO_LONG = toFault(
  "ROW_TOO_LONG",
  "a row of more than 64 KiB",
  "a row of a scan",
  "check that the file is of this layout",
);

export const CONTROL_CHARACTER = toFault(
  "ROW_CONTROL_CHARACTER",
  "a control character in the row",
  "printable text; lines end in CR LF or LF",
  ASK_AGAIN,
);

export const QUOTES_OPEN = toFault(
  "ROW_QUOTES",
  "quotes that do not pair up",
  "each column either without quotes or enclosed in them, on one line",
  "correct the row, or take `quote` out of the layout if its quotes are ordinary letters",
);

export const RECORD_ORPHAN = toFault(
  "RECORD_ORPHAN",
  "a row without the line that it takes columns from",
  "the lines that `records.inherit` names, readable and before the row",
  ASK_AGAIN,
);

export const NO_HEADER = toFault(
  "HEADER_INVALID",
  "no header line",
  "a first line that names the columns",
  `${ASK_AGAIN}; an empty file was often cut off`,
);

export const UTF_16_FILE = toFault(
  "ENCODING_UNSUPPORTED",
  "a file in UTF-16",
  "UTF-8, Latin-1 or Windows-1252",
  `${ASK_AGAIN} in UTF-8`,
);

export const NO_TRAILER = toFault(
  "TRAILER_MISSING",
  "no trailer",
  "the last line that the layout calls for; the file was cut off",
  ASK_AGAIN,
);

export const XML_DOCTYPE = toFault(
  "XML_DOCTYPE",
  "a DOCTYPE declaration",
  "a document without one, because it can pull in or multiply text",
  `${ASK_AGAIN} without it`,
);

export const NO_LAST_DELIMITER = toFault(
  "ROW_RAGGED",
  "no delimiter at the end of the line",
  "one, as on every line of this layout",
  ASK_AGAIN,
);

export const ROW_UNENDED = toFault(
  "ROW_UNENDED",
  "no line end behind the last row",
  "one, as the layout says by `finalLineEnd`; the row may be cut off",
  `${ASK_AGAIN}, or take \`finalLineEnd\` out of the layout`,
);

export function toZoneFault(name: string): Fault {
  const expected = "a region and city such as Europe/London, UTC, GMT or an offset such as +01:00";
  return toFault(
    "TIME_INVALID",
    `time zone '${name}'`,
    expected,
    "give it a meaning in the layout's time.zones",
  );
}

export function toRagged(value: string, expected: string): Fault {
  return toFault("ROW_RAGGED", value, expected, `correct the row, or ${ASK_AGAIN}`);
}

export function toTrailerFault(value: string, expected: string): Fault {
  return toFault("TRAILER_MISMATCH", `'${value}'`, expected, `${ASK_AGAIN}; none of its rows counts`);
}

export function toXmlFault(code: "XML_MALFORMED" | "XML_TRUNCATED" | "XML_ROOT", value: string): Fault {
  const expected = code === "XML_ROOT" ? "the layout's outermost element" : "a whole, well-formed document";
  return toFault(code, value, expected, `${ASK_AGAIN}; none of its rows counts`);
}
