import { toIsoUtc } from "../../domain/instant.ts";
import type { Examined } from "../../report/doctor-data.ts";
import type { Store } from "../../store/store.ts";
import { dueAtOf, findNextRun, planRun } from "../../worker/plan-run.ts";
import { toFeedName } from "../feeds/file-ledger.ts";
import { findLastPull } from "../feeds/last-pulls.ts";
import { NIGHTLY_JOB } from "../nightly.ts";
import type { Outcome } from "./check.ts";
import { attempt, hoursBetween, say } from "./check.ts";
import type { Patient } from "./patient.ts";

/** When the next night's run is due, whether the last one was made, who works, and when each feed was pulled. */
export async function checkSchedule(patient: Patient): Promise<readonly Examined[]> {
  const { store, deadlineMs } = patient;
  const inStore = (
    check: Examined["check"],
    subject: string | null,
    work: (open: Store) => Promise<Outcome>,
  ): Promise<Examined> =>
    attempt(check, subject, deadlineMs, () => (store === null ? say("skipped", "no-store") : work(store)));
  return Promise.all([
    attempt("schedule.nightly", null, deadlineMs, () => describeNext(patient)),
    inStore("schedule.last-run", null, (open) => judgeLastRun(patient, open)),
    inStore("schedule.workers", null, listWorkers),
    ...listFeeds(patient).map((feed) =>
      inStore("schedule.pull", feed, (open) => judgePull(patient, open, feed)),
    ),
  ]);
}

const CHANGE_AHEAD_DAYS = 7;

function describeNext({ config: { worker }, clock }: Patient): Outcome {
  const now = clock();
  const { dueAt, businessDate } = findNextRun(worker, now);
  const show = (at: number): string =>
    Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(worker.zone)
      .toString({ smallestUnit: "minute", timeZoneName: "never" });
  const at = show(dueAt);
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(worker.zone);
  const change = today.getTimeZoneTransition("next")?.toPlainDate();
  const ahead = change === undefined ? null : today.toPlainDate().until(change).total("days");
  if (change === undefined || ahead === null || ahead > CHANGE_AHEAD_DAYS) {
    return say("ok", "nightly", { at, businessDate });
  }
  const ofChange = change.subtract({ days: 1 }).toString();
  if (ofChange === businessDate) return say("ok", "nightly-moved", { at, businessDate });
  const then = show(dueAtOf(worker, ofChange));
  return say("ok", "nightly-change", { at, businessDate, change: change.toString(), then });
}

const HOUR_MS = 3_600_000;
/** A night's work may take so long, and nobody need look. */
const GRACE_MS = HOUR_MS;
/** A night and two hours. */
const MOST_RUN_HOURS = 26;

async function judgeLastRun({ config, clock }: Patient, store: Store): Promise<Outcome> {
  const now = clock();
  const job = await store.jobs.latest(NIGHTLY_JOB);
  const run = await store.runs.last();
  const recent = run !== undefined && hoursBetween(run.now, now) < MOST_RUN_HOURS ? run : undefined;
  if (job?.state === "running") {
    const { businessDate, owner } = job;
    const at = toIsoUtc(job.startedAt);
    const isHeld = (await store.claims.held()).some(({ subject }) => subject === `job ${NIGHTLY_JOB}`);
    return isHeld
      ? say("ok", "run-going", { businessDate, at, owner })
      : say("failure", "run-dead", { businessDate, at });
  }
  const last = job && { businessDate: job.businessDate, hasEnded: job.state === "ended" };
  const due = planRun(config.worker, last, now);
  // Who has a timer of his own needs no worker.
  if (job !== undefined && due !== undefined && recent === undefined) {
    const { businessDate } = due;
    const dueAt = dueAtOf(config.worker, businessDate);
    if (now > dueAt + GRACE_MS) {
      return say("failure", "run-overdue", { last: job.businessDate, businessDate, due: toIsoUtc(dueAt) });
    }
  }
  if (recent !== undefined)
    return say("ok", "run-ended", { at: toIsoUtc(recent.now), verdict: recent.verdict });
  if (job !== undefined) {
    const at = `${job.businessDate}, ${job.endedAt === null ? "–" : toIsoUtc(job.endedAt)}`;
    return say("ok", "run-ended", { at, verdict: job.outcome ?? "–" });
  }
  const isNew = (await store.feeds.books()).every(({ intakes }) => intakes === 0);
  return isNew ? say("skipped", "run-new") : say("warning", "run-none");
}

const MOST_CLAIMS = 5;

async function listWorkers({ claims }: Store): Promise<Outcome> {
  const held = await claims.held();
  if (held.length === 0) return say("skipped", "workers-none");
  const shown = held.slice(0, MOST_CLAIMS).map(({ subject, owner }) => `${subject}: ${owner}`);
  const more = held.length > MOST_CLAIMS ? [`+ ${held.length - MOST_CLAIMS}`] : [];
  return say("ok", "workers", { claims: [...shown, ...more].join(", ") });
}

/** What is fetched, by the names that pulls are remembered under. */
function listFeeds({ config: { feeds } }: Patient): readonly string[] {
  return [
    ...feeds.scanFiles.map(({ name }) => toFeedName(name)),
    ...(feeds.legacyApi === undefined ? [] : ["legacy-api"]),
    ...(feeds.statusApi === undefined ? [] : ["status-api"]),
  ];
}

async function judgePull({ clock }: Patient, { feedStates }: Store, feed: string): Promise<Outcome> {
  const last = await findLastPull(feedStates, feed);
  if (last === undefined) return say("warning", "pull-never");
  const hours = hoursBetween(last.endedAt, clock());
  const [first] = last.problems;
  if (first !== undefined) {
    return say("warning", "pull-problems", { hours, count: last.problems.length, first });
  }
  return hours < MOST_RUN_HOURS ? say("ok", "pull", { hours }) : say("warning", "pull-old", { hours });
}
