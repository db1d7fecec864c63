import type { Barcode } from "../domain/barcode.ts";
import { isInternational } from "../domain/barcode.ts";
import type { Details } from "../domain/observation.ts";

/** By what one parcel is asked for at a status API. */
export type Lookup =
  | { readonly kind: "barcode"; readonly barcode: Barcode }
  | {
      readonly kind: "reference";
      readonly reference: string;
      readonly customerNumber: string;
      readonly customerCode: string;
    };

/**
 * By barcode; an international one by reference, where it is known with its
 * customer: since March 2026 many of those are not found by barcode.
 *
 * @param known what was said of the parcel; the first that is complete counts
 */
export function chooseLookup(barcode: Barcode, known: readonly Details[]): Lookup {
  if (isInternational(barcode)) {
    for (const { reference, customerNumber, customerCode } of known) {
      if (reference !== null && customerNumber !== null && customerCode !== null) {
        return { kind: "reference", reference, customerNumber, customerCode };
      }
    }
  }
  return { kind: "barcode", barcode };
}

/** What both status APIs offer for one parcel. */
interface LookupClient<Reply> {
  readonly fetchByBarcode: (barcode: string) => Promise<Reply>;
  readonly fetchByReference: (
    reference: string,
    customerNumber: string,
    customerCode: string,
  ) => Promise<Reply>;
}

/** Asks for one parcel. */
export function fetchLookup<Reply>(client: LookupClient<Reply>, lookup: Lookup): Promise<Reply> {
  switch (lookup.kind) {
    case "barcode":
      return client.fetchByBarcode(lookup.barcode);
    case "reference":
      return client.fetchByReference(lookup.reference, lookup.customerNumber, lookup.customerCode);
  }
}
