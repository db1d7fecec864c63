import type { Complaint } from "../domain/errors.ts";
import { toMessage } from "../domain/errors.ts";

/**
 * The other side gave no answer that can be used: a failed step of the run,
 * never an empty reply. Holds no address, header or body, because those carry
 * keys, tokens and barcodes.
 */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  /** The network's or client's code, such as `ECONNRESET` or `UND_ERR_BODY_TIMEOUT`; or `RETRY_LATER`, `CIRCUIT_OPEN`, `TOKEN_REFUSED`, `TOKEN_UNAVAILABLE`. */
  readonly code: string;
  /** UTC epoch milliseconds before which no request may be sent; `null` where nothing says so. */
  readonly notBefore: number | null;

  constructor(code: string, complaint: Complaint, notBefore: number | null = null) {
    super(toMessage(complaint));
    this.code = code;
    this.notBefore = notBefore;
  }
}
