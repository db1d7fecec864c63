/**
 * What a reply comes to for whoever asked; its rows are read elsewhere.
 *
 * - `answered`: it holds what was asked for
 * - `not_found`: the service does not know the parcel
 * - `refused`: the question was wrong; the same one gets the same reply
 * - `failed`: the service could not answer; it may later
 * - `closed`: no question of ours is answered now
 */
export type ReplyJudgement =
  | { readonly kind: "answered" | "not_found" }
  | {
      readonly kind: "refused" | "failed" | "closed";
      /** For messages; holds nothing of what was asked for. */
      readonly reason: string;
    };

/**
 * Judges a reply by its HTTP status; `null` for 200, whose body decides.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export function judgeHttpStatus(
  httpStatus: number,
): Exclude<ReplyJudgement, { kind: "answered" | "not_found" }> | null {
  if (httpStatus === 200) return null;
  const reason = `HTTP ${httpStatus}`;
  if ([401, 403, 429].includes(httpStatus)) return { kind: "closed", reason };
  if (httpStatus === 408 || httpStatus < 400 || httpStatus >= 500) return { kind: "failed", reason };
  return { kind: "refused", reason };
}

/** {@link judgeHttpStatus} of a customer's listing: to lack the right to one customer closes nothing for the others. */
export function judgeListingStatus(httpStatus: number): ReturnType<typeof judgeHttpStatus> {
  return httpStatus === 403 ? { kind: "refused", reason: "HTTP 403" } : judgeHttpStatus(httpStatus);
}
