/**
 * Why a row, a line, a payload or a file is set aside: stable codes with their
 * meaning. The README's table of them is held against this list by a test.
 */
export const INPUT_CODES = {
  BARCODE_INVALID: "the barcode is not 8 to 35 letters or digits",
  CODE_EMPTY: "there is no observation code",
  TIME_INVALID:
    "the time is not in the expected form, has no offset where one is needed, or is on no calendar",
  FIELD_MISSING: "a payload lacks barcode, status code or timestamp",
  SHAPE_INVALID: "a payload is JSON, but not of a shape that the contract knows",
  BODY_NOT_JSON: "a payload is no JSON",
  BODY_TOO_LARGE: "a payload is larger than any of the carrier's",
  BODY_TOO_DEEP: "a payload is nested deeper than any of the carrier's",
  LINE_INVALID: "a line of exported payloads has no readable wrapper",
  event_id_conflict: "another body came first under the same event id",
  ROW_RAGGED: "a row has more or fewer columns than the layout",
  ROW_TOO_LONG: "a row is longer than any row can be",
  ROW_UNENDED: "the last row has no line end, and the layout wants one",
  ROW_QUOTES: "a quote is opened and not closed in the same row",
  ROW_CONTROL_CHARACTER: "a row holds control characters",
  RECORD_UNKNOWN: "a record is of a kind that the layout does not know",
  RECORD_ORPHAN: "a record stands without the record that it belongs to",
  ELEMENT_REPEATED: "an element stands twice in one XML observation",
  HEADER_INVALID: "the file's header lacks a column, or has one twice",
  TRAILER_MISMATCH: "the trailer's count is not the number of rows: the whole file is set aside",
  TRAILER_MISSING: "the layout wants a trailer and there is none: the whole file is set aside",
  ENCODING_UNSUPPORTED: "the file is in an encoding that no layout has",
  XML_MALFORMED: "the XML is not well-formed: the whole file is set aside",
  XML_TRUNCATED: "the XML ends before its root is closed: the whole file is set aside",
  XML_ROOT: "the XML has another root than the layout's",
  XML_DOCTYPE: "the XML declares a document type, which is refused",
  FILE_NAME_UNSAFE: "a remote file's name could be mistaken for a path, or hides characters",
  FILE_NOT_PLAIN: "a remote name is no plain file",
  FILE_TOO_LARGE: "a remote file is larger than the limit",
  FILE_GONE: "a remote file was listed, and is gone",
} as const;

export type InputCode = keyof typeof INPUT_CODES;
