import type { Barcode } from "../../domain/barcode.ts";
import type { Observation } from "../../domain/observation.ts";
import { chooseLookup, fetchLookup } from "../../sources/choose-lookup.ts";
import type { LegacyApiClient } from "../../sources/legacy-api/client.ts";
import { judgeLegacyReply } from "../../sources/legacy-api/judge-reply.ts";
import type { ListedParcel } from "../../sources/legacy-api/parse-listing.ts";
import type { Silence } from "../../sources/legacy-api/plan-questions.ts";
import { isTold, SILENCE_MS, STATUS_SILENCE_MS } from "../../sources/legacy-api/plan-questions.ts";
import type { ReplyJudgement } from "../../sources/reply-judgement.ts";
import type { App } from "../open-app.ts";
import type { Answer, ApiFeed } from "./api-feed.ts";
import type { FeedMemory } from "./feed-memory.ts";
import { findDetails } from "./read-held.ts";

const WHAT = "legacy API, one parcel";

export interface QuestionPull {
  readonly client: LegacyApiClient;
  readonly feed: ApiFeed;
  readonly memory: FeedMemory;
  /** Requests at most. */
  readonly most: number;
}

/** A listed parcel that waits to be asked for. */
type Question = ListedParcel & {
  /** How often it was asked for in vain; absent: never. */
  readonly tries?: number;
};

/**
 * Asks for the listed parcels that wait, the oldest change first; those that
 * got no answer before come last, so that they never keep others from theirs.
 * Each leaves the queue in the transaction that keeps its reply.
 */
export async function askQuestions(
  { store, clock }: App,
  { client, feed, memory, most }: QuestionPull,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const waiting = (await memory.list<Question>("ask ")) as Map<Barcode, Question>;
  const inOrder = [...waiting.values()].sort(
    (a, b) => (a.tries ?? 0) - (b.tries ?? 0) || (a.at ?? 0) - (b.at ?? 0),
  );
  const total = Math.min(waiting.size, most);
  let asked = 0;
  for (const question of inOrder) {
    if (feed.isOver() || asked >= most) break;
    // A reply lists every piece of its consignment, so it may have answered this one, too.
    if (!waiting.has(question.barcode)) continue;
    const lookup = chooseLookup(question.barcode, await findDetails(store, question.barcode));
    const answer = await feed.ask(WHAT, () => fetchLookup(client, lookup));
    asked += 1;
    onProgress(Math.min(asked, total), total);
    const inVain = { ...question, tries: (question.tries ?? 0) + 1 };
    if (answer === undefined) {
      await store.transaction((tx) => memory.save(tx, `ask ${question.barcode}`, inVain));
      continue;
    }
    const judgement = judgeLegacyReply(answer.reply);
    feed.judge(WHAT, judgement);
    const done = listAnswered(question, judgement, answer, waiting);
    const silence = toSilence(question, judgement, answer, clock());
    await feed.keep([answer], async (tx) => {
      if (judgement.kind === "failed") await memory.save(tx, `ask ${question.barcode}`, inVain);
      for (const { barcode } of done) await memory.drop(tx, `ask ${barcode}`);
      if (silence !== null) await memory.save(tx, `silence ${question.barcode}`, silence);
    });
    for (const { barcode } of done) waiting.delete(barcode);
  }
  if (waiting.size > 0) feed.note(`${waiting.size} changed parcels are left for the next pull`);
}

function listAnswered(
  question: ListedParcel,
  { kind }: ReplyJudgement,
  answer: Answer,
  waiting: ReadonlyMap<Barcode, ListedParcel>,
): readonly ListedParcel[] {
  if (kind === "failed" || kind === "closed") return [];
  const pieces = Map.groupBy(observationsOf(answer), ({ barcode }) => barcode);
  const told = [...pieces].flatMap(([barcode, observations]) => {
    const other = waiting.get(barcode);
    return other !== undefined && barcode !== question.barcode && isTold(other, observations) ? [other] : [];
  });
  return [question, ...told];
}

/** What is not asked for again: what was not found or refused, and a status that no event told. */
function toSilence(
  question: ListedParcel,
  { kind }: ReplyJudgement,
  answer: Answer,
  now: number,
): Silence | null {
  switch (kind) {
    case "not_found":
    case "refused":
      return { until: now + SILENCE_MS, status: null };
    case "answered": {
      const own = observationsOf(answer).filter(({ barcode }) => barcode === question.barcode);
      return isTold(question, own) ? null : { until: now + STATUS_SILENCE_MS, status: question.status };
    }
    case "failed":
    case "closed":
      return null;
  }
}

function observationsOf({ intake }: Answer): readonly Observation[] {
  return intake.rows.flatMap((row) => (row.kind === "observation" ? [row.observation] : []));
}
