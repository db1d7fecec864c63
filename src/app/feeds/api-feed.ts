import type { PayloadIntake } from "../../intake/incoming.ts";
import type { IntakeTally } from "../../intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../../intake/intake-tally.ts";
import type { AlsoWrite } from "../../intake/save-intakes.ts";
import { appendPayloads } from "../../intake/save-intakes.ts";
import type { ApiReply } from "../../sources/api-reply.ts";
import { toRequestName } from "../../sources/api-reply.ts";
import { HttpFailure } from "../../sources/http-failure.ts";
import { makePayloadParser } from "../../sources/import-payloads.ts";
import { judgeClock } from "../../sources/judge-clock.ts";
import { parseRetryAfter } from "../../sources/pacing/parse-retry-after.ts";
import type { ReplyJudgement } from "../../sources/reply-judgement.ts";
import { settle } from "../crew.ts";
import type { App } from "../open-app.ts";
import type { FeedPull, PullListener } from "./feed-pull.ts";
import { untilAborted } from "./until-aborted.ts";

export interface PullOptions {
  readonly onProgress?: PullListener | undefined;
  /** Once it is aborted nothing more is asked, and the pull rejects with its reason; what is kept by then stays. */
  readonly signal?: AbortSignal | undefined;
}

/** A reply, and what was read of it. */
export interface Answer {
  readonly reply: ApiReply;
  readonly intake: PayloadIntake;
}

/** One fetch of an API: asks, keeps what comes, and gathers what there is to tell. */
export interface ApiFeed {
  /**
   * @param what is asked for, in problems; never a barcode
   * @returns `undefined` when there was no reply that counts; that is told already
   */
  readonly ask: (what: string, request: () => Promise<ApiReply>) => Promise<Answer | undefined>;
  /** Keeps replies, raw and read, and `also`, in one transaction. */
  readonly keep: (answers: readonly Answer[], also?: AlsoWrite) => Promise<void>;
  /** Tells what a reply came to where that is a problem. */
  readonly judge: (what: string, judgement: ReplyJudgement) => void;
  readonly problem: (text: string) => void;
  readonly note: (text: string) => void;
  /** Whether nothing more should be asked in this pull. */
  readonly isOver: () => boolean;
  /** Settles what was kept. */
  readonly finish: () => Promise<FeedPull>;
}

/** So many questions in a row without an answer end the pull: the service is down. */
const MOST_FAILURES = 3;

/**
 * Begins a fetch. What one that was killed has kept is settled first, so that
 * nothing is asked for that is there already.
 */
export async function openApiFeed(
  app: App,
  feed: string,
  channel: "legacy-api" | "status-api",
  signal: AbortSignal | undefined,
): Promise<ApiFeed> {
  await settle(app, 0, { signal });
  const { store, contract, config, clock } = app;
  const parse = makePayloadParser(channel, { contract, legacyZone: config.zone });
  const problems = makeLines();
  const notes = makeLines();
  let tally: IntakeTally = NO_INTAKES;
  let keptBytes = 0;
  let notBefore: number | null = null;
  let failures = 0;
  let over = false;

  const delay = (until: number | null): void => {
    if (until !== null) notBefore = Math.max(notBefore ?? 0, until);
  };

  const countFailure = (): void => {
    failures += 1;
    if (failures >= MOST_FAILURES) over = true;
  };

  const keep: ApiFeed["keep"] = async (answers, also) => {
    const intakes = answers.map(({ intake }) => intake);
    tally = addTallies(tally, await appendPayloads(store, channel, intakes, also));
    keptBytes += intakes.reduce((sum, { content }) => sum + content.length, 0);
  };

  return {
    async ask(what, request) {
      signal?.throwIfAborted();
      let reply: ApiReply;
      try {
        reply = await untilAborted(request(), signal);
      } catch (failure) {
        if (!(failure instanceof HttpFailure)) throw failure;
        problems.add(failure.message);
        delay(failure.notBefore);
        if (failure.notBefore !== null || failure.code === "TOKEN_REFUSED") over = true;
        else countFailure();
        return undefined;
      }
      const { httpStatus, bytes, date, retryAfter } = reply;
      const receivedAt = clock();
      const name = toRequestName(reply.request);
      const intake = parse(bytes, { channel, name, receivedAt, httpStatus }, name);
      const answer = { reply, intake };
      if (httpStatus === 429 || httpStatus === 503) {
        const waitMs = parseRetryAfter(retryAfter, date, receivedAt);
        if (waitMs !== null) delay(receivedAt + waitMs);
      }
      const skew = judgeClock(date, receivedAt);
      if (skew.kind === "apart") {
        notes.add(`our clock is ${toApart(skew.seconds)} the service's`);
      } else if (skew.kind === "lost") {
        problems.add(
          `${what}: our clock is ${toApart(skew.seconds)} the service's → at most 5 minutes apart → set the clock; ` +
            "replies are kept, but nothing counts as asked for until then",
        );
        over = true;
        await keep([answer]);
        return undefined;
      }
      return answer;
    },
    keep,
    judge(what, judgement) {
      switch (judgement.kind) {
        case "answered":
        case "not_found":
          failures = 0;
          return;
        case "refused":
          failures = 0;
          problems.add(`${what}: ${judgement.reason} → an answer → look at the raw reply`);
          return;
        case "failed":
          problems.add(`${what}: ${judgement.reason} → an answer → nothing; the next pull asks again`);
          countFailure();
          return;
        case "closed":
          over = true;
          problems.add(
            `${what}: ${judgement.reason} → an answer → check key and rights, or wait; nothing more was asked`,
          );
      }
    },
    problem: problems.add,
    note: notes.add,
    isOver: () => over,
    async finish() {
      const settled = await settle(app, keptBytes, { signal });
      return {
        feed,
        channel,
        tally: addTallies(tally, { intakes: 0, ...settled[channel] }),
        problems: problems.list(),
        notes: notes.list(),
        notBefore,
      };
    },
  };
}

function toApart(seconds: number): string {
  return `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"}`;
}

/** Lines to tell, in the order in which they first came up; those that come up again are counted. */
function makeLines(): { readonly add: (line: string) => void; readonly list: () => readonly string[] } {
  const counts = new Map<string, number>();
  return {
    add: (line) => {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    },
    list: () => Array.from(counts, ([line, count]) => (count === 1 ? line : `${line} (${count} times)`)),
  };
}
