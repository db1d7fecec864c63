import { parseHttpDate } from "./pacing/parse-retry-after.ts";

/** Beyond this people should know. */
export const NOTED_SKEW_MS = 30_000;

/** The most by which our clock and a service's may differ; windows that follow each other overlap by as much. */
export const MOST_SKEW_MS = 5 * 60_000;

/**
 * How far our clock is from a service's: `near`, `apart` (worth a note), or
 * `lost`: a mark set by such a clock could lie behind what has not been asked for.
 */
export type ClockJudgement =
  | { readonly kind: "near" }
  | {
      readonly kind: "apart" | "lost";
      /** Ours minus theirs. */
      readonly seconds: number;
    };

/**
 * Compares our clock with that of a reply.
 *
 * @param date the header `Date`, whole seconds; without a readable one nothing is judged
 * @param now when the reply came, UTC epoch milliseconds
 */
export function judgeClock(date: string | null, now: number): ClockJudgement {
  const theirs = parseHttpDate(date ?? "");
  if (theirs === null) return { kind: "near" };
  const apartMs = now - theirs;
  if (Math.abs(apartMs) <= NOTED_SKEW_MS) return { kind: "near" };
  return { kind: Math.abs(apartMs) <= MOST_SKEW_MS ? "apart" : "lost", seconds: Math.round(apartMs / 1000) };
}
