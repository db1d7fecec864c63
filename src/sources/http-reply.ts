/** A complete reply: a body that was cut off is a failure, never a reply. */
export interface HttpReply {
  readonly httpStatus: number;
  readonly bytes: Uint8Array;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
  /** The header `Date`. */
  readonly date: string | null;
}
