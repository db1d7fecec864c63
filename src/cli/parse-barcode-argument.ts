import type { Barcode } from "../domain/barcode.ts";
import { parseBarcode } from "../domain/barcode.ts";
import { InputError, UsageError } from "../domain/errors.ts";

/**
 * Reads a barcode from the command line.
 *
 * @throws UsageError that says so, not that a row has to be corrected
 */
export function parseBarcodeArgument(text: string, place: string): Barcode {
  try {
    return parseBarcode(text, place);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new UsageError({ ...cause.complaint, todo: "correct the barcode" }, { cause });
  }
}
