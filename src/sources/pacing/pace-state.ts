import { z } from "zod";
import type { Breaker } from "./circuit-breaker.ts";
import type { Bucket } from "./token-bucket.ts";

/** What outlives a process, so that the next one keeps to it. Moments are UTC epoch milliseconds. */
export interface PaceState {
  readonly savedAt: number;
  /** `null` while a process is at work: what it took after this was saved is not known. */
  readonly bucket: Bucket | null;
  /** By origin: the moment before which it wants no request, and its health. */
  readonly origins: Readonly<Record<string, { readonly notBefore: number; readonly breaker: Breaker }>>;
}

const BREAKER = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("closed"), failed: z.array(z.boolean()) }),
  z.object({ kind: z.enum(["open", "probing"]), since: z.number() }),
]);

const STATE = z.object({
  savedAt: z.number(),
  bucket: z.object({ tokens: z.number(), at: z.number() }).nullable(),
  origins: z.record(z.string(), z.object({ notBefore: z.number(), breaker: BREAKER })),
});

export function toPaceText(state: PaceState): string {
  return JSON.stringify(state);
}

/**
 * Reads what an earlier process has left. Where the clock was set back since,
 * every moment moves with it, so that no wait becomes longer than it was.
 *
 * @param text `null`: there was none before
 * @returns `null` where there is nothing, or nothing that can be read
 */
export function parsePaceText(text: string | null, now: number): PaceState | null {
  if (text === null) return null;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const { data: state } = STATE.safeParse(raw);
  if (state === undefined) return null;
  const aheadMs = Math.max(0, state.savedAt - now);
  return {
    savedAt: state.savedAt - aheadMs,
    bucket: state.bucket === null ? null : { ...state.bucket, at: state.bucket.at - aheadMs },
    origins: Object.fromEntries(
      Object.entries(state.origins).map(([origin, { notBefore, breaker }]) => [
        origin,
        {
          notBefore: notBefore - aheadMs,
          breaker: breaker.kind === "closed" ? breaker : { ...breaker, since: breaker.since - aheadMs },
        },
      ]),
    ),
  };
}
