import { describe, expect, it } from "vitest";
import { parseBarcode } from "../../src/domain/barcode.ts";
import { NO_DETAILS } from "../../src/domain/observation.ts";
import { chooseLookup } from "../../src/sources/choose-lookup.ts";

const KNOWN = { ...NO_DETAILS, reference: "ORDER-1", customerNumber: "11223344", customerCode: "DEVC" };
const BY_REFERENCE = {
  kind: "reference",
  reference: "ORDER-1",
  customerNumber: "11223344",
  customerCode: "DEVC",
};

describe("chooseLookup", () => {
  // Examples of the carrier's, of the forms before and after 10 March 2026.
  it.each(["LA599196732NL", "CD111208171NL", "CW12345678NL", "rf123456785nl"])(
    "asks for %s by a reference that is known with its customer",
    (text) => {
      const barcode = parseBarcode(text, "the test");
      const partly = { ...KNOWN, customerCode: null };
      expect(chooseLookup(barcode, [partly, KNOWN])).toEqual(BY_REFERENCE);
      expect(chooseLookup(barcode, [partly])).toEqual({ kind: "barcode", barcode });
      expect(chooseLookup(barcode, [])).toEqual({ kind: "barcode", barcode });
    },
  );

  it.each(["3SDEVC123456789", "2SDEVC123456789", "LA5991967321NL", "CD1112081NL"])(
    "asks for %s by barcode",
    (text) => {
      const barcode = parseBarcode(text, "the test");
      expect(chooseLookup(barcode, [KNOWN])).toEqual({ kind: "barcode", barcode });
    },
  );
});
