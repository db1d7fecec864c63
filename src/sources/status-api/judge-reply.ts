import { InputError } from "../../domain/errors.ts";
import type { ApiReply } from "../api-reply.ts";
import type { Contract } from "../contract.ts";
import { parseJson } from "../parse-json.ts";
import type { ReplyJudgement } from "../reply-judgement.ts";
import { judgeHttpStatus, judgeListingStatus } from "../reply-judgement.ts";
import { parseNextCursor } from "./client.ts";

const NOT_FOUND = 404;

/** Judges a reply of Shippingstatus v4 about one parcel. */
export function judgeStatusReply(reply: ApiReply, contract: Contract): ReplyJudgement {
  if (reply.httpStatus === NOT_FOUND) return { kind: "not_found" };
  const byStatus = judgeHttpStatus(reply.httpStatus);
  if (byStatus !== null) return byStatus;
  const items = findItems(reply, contract);
  if (items === undefined) return UNREADABLE;
  return { kind: items.length > 0 ? "answered" : "not_found" };
}

/** A page of the listing, or what came in its place. */
export type PageJudgement =
  | {
      readonly kind: "page";
      /** `null`: it is the last. */
      readonly nextCursor: string | null;
    }
  | Exclude<ReplyJudgement, { kind: "answered" | "not_found" }>;

/**
 * Judges a page of the updated listing. Only a page whose list of items can be
 * read can be the last one: an error with HTTP 200 has no next cursor either.
 */
export function judgePage(reply: ApiReply, contract: Contract): PageJudgement {
  const byStatus = judgeListingStatus(reply.httpStatus);
  if (byStatus !== null) return byStatus;
  if (findItems(reply, contract) === undefined) return UNREADABLE;
  try {
    return { kind: "page", nextCursor: parseNextCursor(reply, contract) };
  } catch (problem) {
    if (problem instanceof InputError) return UNREADABLE;
    throw problem;
  }
}

const UNREADABLE = { kind: "failed", reason: "a body that cannot be read" } as const;

function findItems({ bytes }: ApiReply, contract: Contract): readonly unknown[] | undefined {
  try {
    const items = contract.statusApi.items(parseJson(bytes, "status API reply"));
    return Array.isArray(items) ? items : undefined;
  } catch (problem) {
    if (problem instanceof InputError) return undefined;
    throw problem;
  }
}
