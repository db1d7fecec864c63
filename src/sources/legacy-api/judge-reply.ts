import { InputError } from "../../domain/errors.ts";
import type { ApiReply } from "../api-reply.ts";
import { getOwn } from "../compile-path.ts";
import { parseJson } from "../parse-json.ts";
import type { ReplyJudgement } from "../reply-judgement.ts";
import { judgeHttpStatus } from "../reply-judgement.ts";
import { isEmpty, listOf, textOf } from "./wire-values.ts";

/** The carrier's code of the warning that nothing was found. */
const NOT_FOUND = "2";

/** Errors with HTTP 200 that speak of the question, and those that speak of the service behind the gateway. */
const REFUSALS = ["Error", "Errors", "errors"];
const FAILURES = ["fault", "faults", "Envelope", "message"];

/**
 * Judges a reply of Shippingstatus v2 about one parcel. An unknown barcode is
 * HTTP 200 with an empty wrapper and a warning, in one of two shapes; an error
 * may be HTTP 200, too.
 */
export function judgeLegacyReply({
  httpStatus,
  bytes,
}: Pick<ApiReply, "httpStatus" | "bytes">): ReplyJudgement {
  const byStatus = judgeHttpStatus(httpStatus);
  if (byStatus !== null) return byStatus;
  let body: unknown;
  try {
    body = parseJson(bytes, "legacy API reply");
  } catch (problem) {
    if (!(problem instanceof InputError)) throw problem;
    return { kind: "failed", reason: "a body that cannot be read" };
  }
  const wrapper = ["CompleteStatus", "CurrentStatus"]
    .map((name) => getOwn(body, name))
    .find((value) => !isEmpty(value));
  if (!isEmpty(getOwn(wrapper, "Shipment"))) return { kind: "answered" };
  if ([body, wrapper].some(saysNotFound)) return { kind: "not_found" };
  const refusal = REFUSALS.find((name) => !isEmpty(getOwn(body, name)));
  if (refusal !== undefined) return { kind: "refused", reason: `HTTP 200 with ${refusal}` };
  const failure = FAILURES.find((name) => !isEmpty(getOwn(body, name)));
  return { kind: "failed", reason: `HTTP 200 with ${failure ?? "no shipment and no warning"}` };
}

function saysNotFound(holder: unknown): boolean {
  const warnings = getOwn(holder, "Warnings");
  return [...listOf(warnings), ...listOf(getOwn(warnings, "Warning"))].some(
    (warning) => textOf(warning, "Code") === NOT_FOUND,
  );
}
