import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import { FactCounter } from "../../../src/reconcile/facts/count-facts.ts";
import { toDay } from "../../../src/reconcile/facts/days.ts";
import { makeFactCodec } from "../../../src/reconcile/facts/encode-facts.ts";
import type { ParcelFacts } from "../../../src/reconcile/facts/parcel-facts.ts";
import { collectTail } from "../../../src/reconcile/tail/collect-tail.ts";
import type { TailJudgement } from "../../../src/reconcile/tail/judge-tail.ts";
import { judgeTail } from "../../../src/reconcile/tail/judge-tail.ts";
import { Prng } from "../../../src/sandbox/prng.ts";
import { generateWorld } from "../../../src/sandbox/world.ts";
import { at, listAll, withMemoryApp } from "../../support/apps.ts";
import { timeOf } from "../../support/observations.ts";
import { importWorld, saveWorld, worldOptions } from "../../support/worlds.ts";

const DAY = 86_400;
/** A Monday. */
const BEGIN = timeOf("2026-01-05T00:00:00Z") / 1000;
const LEARNT_DAYS = 42;
const PARCELS_A_DAY = 60;

/** Whole lives of a generated world, each beginning at second 0 of its own first day. */
let lives: ParcelFacts[] = [];
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const world = saveWorld(generateWorld(worldOptions({ seed: 51, parcels: 600, defects: {} })), folder);
  await withMemoryApp(async (app) => {
    await importWorld(app, world);
    await reconcileStore(at(timeOf(world.truth.now), app));
    const { decode } = makeFactCodec(app.tables.statuses.keys());
    for (const bucket of await app.store.parcels.buckets()) {
      const dossiers = await app.store.parcels.dossiers(bucket, { kind: "all" });
      const barcodes = dossiers.map(({ barcode }) => barcode);
      lives.push(...(await app.store.parcels.facts(bucket, barcodes)).map(decode));
    }
    expect(await listAll(app.store.parcels.list({ verdict: "mismatched" }))).toEqual([]);
  });
  lives = lives.filter(({ episodes }) => episodes.length > 1);
  rmSync(folder, { recursive: true });
}, 60_000);

type Change = (life: ParcelFacts, day: number) => ParcelFacts | null;

/** Seven weeks of lives drawn at random, of which a change spoils the last; judged on that. */
function judge(seed: number, change: Change = (life) => life): TailJudgement {
  const prng = new Prng(seed);
  const counter = new FactCounter();
  // Lives go on for days: those that are in flight when the first day begins have to be there, too.
  for (let day = -14; day < LEARNT_DAYS + 7; day += 1) {
    const parcels = PARCELS_A_DAY + prng.between(-8, 8);
    for (let i = 0; i < parcels; i += 1) {
      const life = lives[prng.between(0, lives.length - 1)] as ParcelFacts;
      const first = life.episodes[0]?.at ?? 0;
      const shift = BEGIN + day * DAY - Math.floor(first / DAY) * DAY;
      const episodes = life.episodes.map((fact) => ({ ...fact, at: fact.at + shift }));
      const kept = change({ ...life, episodes }, day);
      if (kept !== null) counter.add(kept, 1);
    }
  }
  const sums = counter.takeSums();
  const dayOf = (n: number) => toDay(BEGIN + n * DAY);
  const learnt = collectTail(sums, { from: dayOf(0), until: dayOf(LEARNT_DAYS) });
  return judgeTail(learnt, collectTail(sums, { from: dayOf(LEARNT_DAYS), until: dayOf(LEARNT_DAYS + 7) }));
}

const unusualOf = ({ checks }: TailJudgement): string[] =>
  checks.flatMap(({ check, about, judgement }) => (judgement === "unusual" ? [`${check} ${about}`] : []));
const isTail = (seconds: number): boolean => seconds >= BEGIN + LEARNT_DAYS * DAY;

describe("judgeTail", () => {
  it("calls a tail without change unusual no more often than promised", () => {
    const worlds = 20;
    const alarms = Array.from({ length: worlds }, (_, seed) => judge(seed)).filter(
      ({ judgement }) => judgement !== "usual",
    );
    // At most 1 in 100 is promised: two of twenty would come about by chance once in sixty times.
    expect(alarms.length).toBeLessThan(2);
  });

  it("notices a status that vanishes", () => {
    const judgement = judge(1, (life) => ({
      ...life,
      episodes: life.episodes.filter(
        ({ at: moment, newStatus }) => !(isTail(moment) && newStatus === "delivered_to_neighbour"),
      ),
    }));
    expect(unusualOf(judgement)).toContain("statuses null");
    expect(judgement.checks[0]?.evidence.vanished).toEqual(["delivered_to_neighbour"]);
  });

  it("notices a delay that doubles", () => {
    const slower = (lag: number | null) => (lag === null ? null : lag * 2);
    const judgement = judge(2, (life) => ({
      ...life,
      episodes: life.episodes.map((fact) =>
        isTail(fact.at) ? { ...fact, lags: { ...fact.lags, webhook: slower(fact.lags.webhook) } } : fact,
      ),
    }));
    expect(unusualOf(judgement)).toEqual(["latency webhook"]);
  });

  it("notices a weekday with half of its volume", () => {
    const wednesday = BEGIN + (LEARNT_DAYS + 2) * DAY;
    const judgement = judge(3, (life) => ({
      ...life,
      episodes: life.episodes.filter(
        ({ at: moment }, i) => !(moment >= wednesday && moment < wednesday + DAY && i % 2 === 0),
      ),
    }));
    expect(unusualOf(judgement)).toContain("volume 2026-02-18");
  });

  it("lists transitions that were never learnt", () => {
    const judgement = judge(4, (life, day) => ({
      ...life,
      episodes: life.episodes.map((fact) =>
        day === LEARNT_DAYS + 1 && isTail(fact.at) && fact.newStatus === "accepted"
          ? { ...fact, newStatus: "lost" }
          : fact,
      ),
    }));
    expect(judgement.unseen).toContainEqual(expect.objectContaining({ from: "announced", to: "lost" }));
  });

  it("does not judge without history", () => {
    const learnt = collectTail(new Map(), { from: "2026-01-05", until: "2026-01-06" });
    const current = collectTail(new Map([["side|new|2026-01-07|sorted", 9]]), {
      from: "2026-01-07",
      until: "2026-01-08",
    });
    expect(judgeTail(learnt, current)).toMatchObject({ judgement: "not_enough_history", unseen: [] });
  });
});
