import { describe, expect, it } from "vitest";
import { savePulls } from "../../../src/app/feeds/last-pulls.ts";
import { runNightly } from "../../../src/app/nightly.ts";
import { makeFixedClock } from "../../../src/clock.ts";
import { NO_INTAKES } from "../../../src/intake/intake-tally.ts";
import { withAppOn } from "../../support/apps.ts";
import type { Site } from "../../support/examine.ts";
import { makeSite } from "../../support/examine.ts";
import { aDelivery, saveAll } from "../../support/intakes.ts";
import { HOUR, timeOf } from "../../support/observations.ts";

const NIGHT = timeOf("2026-03-10T02:30:00Z");

function look(site: Site, now: number, settings: object = {}) {
  return site.examine(settings, { clock: makeFixedClock(now) });
}

/** Makes the nightly run of 9 March. */
function makeNightly(site: Site): Promise<unknown> {
  const worker = { reportFolder: `${site.folder}/reports` };
  return withAppOn(site.databaseUrl, NIGHT, (app) =>
    runNightly(
      { ...app, config: { ...app.config, worker: { ...app.config.worker, ...worker } } },
      {
        businessDate: "2026-03-09",
        lang: "en",
        onBegun() {},
        signal: undefined,
        onClaimLost() {},
      },
    ),
  );
}

describe("checkSchedule", () => {
  it.each([
    ["2026-01-20T12:00:00Z", {}, "ok: 2026-01-21T03:30+01:00, for 2026-01-20"],
    [
      "2026-03-25T12:00:00Z",
      {},
      "ok: 2026-03-26T03:30+01:00, for 2026-03-25; the clock changes on 2026-03-29, and that night it comes due at 2026-03-29T03:30+02:00",
    ],
    [
      "2026-03-28T12:00:00Z",
      { nightlyAt: "02:30" },
      "ok: 2026-03-29T03:30+02:00, for 2026-03-28; the clock changes that night",
    ],
    [
      "2026-10-24T12:00:00Z",
      { nightlyAt: "02:30" },
      "ok: 2026-10-25T02:30+02:00, for 2026-10-24; the clock changes that night",
    ],
  ])("says when the next night is, at %s", async (now, worker, expected) => {
    const { of } = await look(makeSite(), timeOf(now), { worker });
    expect(of("schedule.nightly")).toEqual([expected]);
  });

  it("asks for no run where there is nothing, and for one where there is something", async () => {
    const site = makeSite();
    await site.withStore(async () => {});
    expect((await look(site, NIGHT)).of("schedule.last-run")).toEqual([
      "skipped: none yet, and nothing to judge",
    ]);
    await site.withStore((store) => saveAll(store, [aDelivery()]));
    expect((await look(site, NIGHT)).of("schedule.last-run")).toEqual(["warning: none yet"]);
  });

  it("knows when a night was made, and when one is overdue", async () => {
    const site = makeSite();
    await makeNightly(site);
    expect((await look(site, NIGHT + HOUR)).of("schedule.last-run")[0]).toMatch(
      /^ok: 2026-03-10T02:30:00Z: /,
    );
    // The next one is due, and has an hour.
    expect((await look(site, NIGHT + 24.5 * HOUR)).of("schedule.last-run")[0]).toMatch(/^ok: /);
    expect((await look(site, NIGHT + 26 * HOUR)).of("schedule.last-run")).toEqual([
      "failure: the last one was 2026-03-09; that for 2026-03-10 was due 2026-03-11T02:30:00Z",
    ]);
  });

  it("knows a run that goes on from one that nobody works at", async () => {
    const site = makeSite();
    await site.withStore(async (store) => {
      const claim = (await store.claims.take("job nightly", "process 4711", 600_000))!;
      const { token } = claim;
      const businessDate = "2026-03-09";
      await store.transaction(async (tx) => {
        await tx.assertClaim(claim);
        await tx.jobs.begin({ job: "nightly", businessDate, owner: "process 4711", token, startedAt: NIGHT });
      });
      const going = await look(site, NIGHT + HOUR);
      expect(going.of("schedule.last-run")).toEqual([
        "ok: 2026-03-09 since 2026-03-10T02:30:00Z, by process 4711",
      ]);
      expect(going.of("schedule.workers")).toEqual(["ok: job nightly: process 4711"]);
      await store.claims.release(claim);
    });
    const dead = await look(site, NIGHT + HOUR);
    expect(dead.of("schedule.last-run")).toEqual([
      "failure: 2026-03-09 was begun 2026-03-10T02:30:00Z, and nobody goes on with it",
    ]);
    expect(dead.of("schedule.workers")).toEqual(["skipped: nobody has anything in hand just now"]);
  });

  it("remembers when each feed was pulled, and with what problems", async () => {
    const site = makeSite();
    const feeds = {
      legacyApi: { url: "https://127.0.0.1:9", apiKey: { environment: "NONE" }, customers: ["1"] },
    };
    const pulls = async (now: number) => (await look(site, now, { feeds })).of("schedule.pull", "legacy-api");
    const save = (problems: readonly string[]) =>
      withAppOn(site.databaseUrl, NIGHT, (app) =>
        savePulls(app, [
          {
            feed: "legacy-api",
            channel: "legacy-api",
            tally: NO_INTAKES,
            problems,
            notes: [],
            notBefore: null,
          },
        ]),
      );
    await site.withStore(async () => {});
    expect(await pulls(NIGHT)).toEqual(["warning: never"]);
    await save([]);
    expect(await pulls(NIGHT + 3 * HOUR)).toEqual(["ok: 3 h ago"]);
    expect(await pulls(NIGHT + 26 * HOUR)).toEqual(["warning: 26 h ago"]);
    await save(["a name with \u001b[31m in it", "another"]);
    expect(await pulls(NIGHT + HOUR)).toEqual([
      "warning: 1 h ago with 2 problems, the first: a name with \\u001b[31m in it",
    ]);
  });
});
