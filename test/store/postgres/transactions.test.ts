import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import type { Claim } from "../../../src/store/claims.ts";
import { ClaimLost } from "../../../src/store/claims.ts";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { schemaOf, usePostgres } from "../../support/postgres.ts";
import { aDossier, anIntake, parcelOf } from "../../support/store-rows.ts";

const postgres = usePostgres();

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(url: string): Promise<Store> {
  const store = await openPostgresStore(url);
  opened.push(store);
  return store;
}

async function openTwo(): Promise<{ readonly url: string; readonly one: Store; readonly other: Store }> {
  const url = await postgres.emptiedStoreUrl();
  return { url, one: await open(url), other: await open(url) };
}

async function mustTake(store: Store, owner: string, leaseMs: number): Promise<Claim> {
  for (;;) {
    const claim = await store.claims.take("group 1", owner, leaseMs);
    if (claim !== undefined) return claim;
    await wait(20);
  }
}

const LONG = 600_000;

describe("a claim, between processes", () => {
  it("is held against others, and waits for nobody", async () => {
    const { one, other } = await openTwo();
    const claim = await mustTake(one, "one", LONG);
    await one.transaction(async ({ assertClaim, dossiers }) => {
      await assertClaim(claim);
      await dossiers.saveDossiers([aDossier()]);
      expect(await other.claims.take("group 1", "other", LONG)).toBeUndefined();
      expect(await one.claims.renew(claim, LONG)).toBe(true);
    });
  });

  it("that has run out is not given away while a transaction relies on it", async () => {
    const { one, other } = await openTwo();
    const claim = await mustTake(one, "one", 1);
    await wait(5);
    await one.transaction(async ({ assertClaim, dossiers }) => {
      await assertClaim(claim);
      expect(await other.claims.take("group 1", "other", LONG)).toBeUndefined();
      await dossiers.saveDossiers([aDossier()]);
    });
    expect(await one.parcels.findDossier(parcelOf(1))).toBeDefined();
    await mustTake(other, "other", LONG);
  });

  it("lets two transactions of its holder rely on it at once", async () => {
    const { one } = await openTwo();
    const claim = await mustTake(one, "one", LONG);
    await one.transaction(async (first) => {
      await first.assertClaim(claim);
      await one.transaction((second) => second.assertClaim(claim));
    });
  });

  it("that was taken over is lost, and nothing is written under it", async () => {
    const { one, other } = await openTwo();
    const claim = await mustTake(one, "one", 1);
    await mustTake(other, "other", LONG);
    const attempt = one.transaction(async ({ assertClaim, dossiers }) => {
      await dossiers.saveDossiers([aDossier()]);
      await assertClaim(claim);
    });
    await expect(attempt).rejects.toBeInstanceOf(ClaimLost);
    expect(await other.parcels.findDossier(parcelOf(1))).toBeUndefined();
  });

  it.each([
    ["before a transaction", "claimed"],
    ["within a transaction", "asserted"],
  ])(
    "of a process that is stopped %s is taken over, and the process is told when it wakes",
    async (_, moment) => {
      const { url, other } = await openTwo();
      const child = fork(fileURLToPath(new URL("../../support/claim-holder.ts", import.meta.url)), [
        url,
        moment,
      ]);
      onTestFinished(() => {
        child.kill("SIGKILL");
      });
      expect(await once(child, "message")).toContainEqual({ reached: moment });
      child.kill("SIGSTOP");
      const claim = await mustTake(other, "other", LONG);
      await other.transaction(({ assertClaim }) => assertClaim(claim));
      const answer = once(child, "message");
      child.kill("SIGCONT");
      child.send("go on");
      expect((await answer)[0]).toEqual({ failed: "ClaimLost" });
      expect(await other.parcels.findDossier(parcelOf(1))).toBeUndefined();
    },
  );

  it("of a process that is stopped while the server waits for its data is taken over, too", async () => {
    const { url, one, other } = await openTwo();
    await mustTake(one, "one", 1);
    const stopped = new pg.Client({ connectionString: postgres.serverUrl });
    const ended = once(stopped, "error");
    await stopped.connect();
    await stopped.query("BEGIN");
    const lock = `trackbridge ${schemaOf(url)} claim group 1`;
    await stopped.query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [lock]);
    const copying = stopped.query(copyFrom(`COPY ${schemaOf(url)}.dirty FROM STDIN`));
    copying.on("error", () => {});
    copying.write("1\t3SDEVC000000001\n");
    await mustTake(other, "other", LONG);
    await ended;
    expect(await postgres.query(`SELECT * FROM ${schemaOf(url)}.dirty`)).toEqual([]);
  });
});

describe("a transaction", () => {
  it("whose connection is ended by the server keeps nothing, and says so in one line", async () => {
    const { url, one } = await openTwo();
    const attempt = one.transaction(async ({ dossiers }) => {
      await dossiers.saveDossiers([aDossier()]);
      await endTransactions();
      await dossiers.saveDossiers([aDossier({ barcode: parcelOf(2) })]);
    });
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
    await expect(attempt).rejects.toThrow(/^database .*terminating connection.* → .*nothing was half kept$/);
    const rows = await postgres.query(`SELECT barcode FROM ${schemaOf(url)}.dossier`);
    expect(rows).toEqual([]);
    await one.transaction(({ dossiers }) => dossiers.saveDossiers([aDossier()]));
    expect(await one.parcels.findDossier(parcelOf(1))).toBeDefined();
  });

  it("whose connection ends while it does something else does not end the process", async () => {
    const { one } = await openTwo();
    const attempt = one.transaction(async ({ dossiers }) => {
      await dossiers.saveDossiers([aDossier()]);
      await endTransactions();
      await wait(50);
    });
    await expect(attempt).rejects.toThrow(/terminating connection/);
    expect(await one.parcels.findDossier(parcelOf(1))).toBeUndefined();
  });

  it("in which a statement failed is not kept, even when its work went on", async () => {
    const { one } = await openTwo();
    const attempt = one.transaction(async ({ dossiers, evaluations }) => {
      await dossiers.saveDossiers([aDossier()]);
      await evaluations.closeGroup("run", 1, 1);
      await evaluations.closeGroup("run", 1, 1).catch(() => {});
    });
    await expect(attempt).rejects.toThrow(/nothing was kept/);
    expect(await one.parcels.findDossier(parcelOf(1))).toBeUndefined();
  });

  it("gives back as it is what its work fails with, whatever that looks like", async () => {
    const { one } = await openTwo();
    const failure = Object.assign(new Error("timeout: the connection was terminated"), {
      code: "ECONNRESET",
    });
    const attempt = one.transaction(async ({ dossiers }) => {
      await dossiers.saveDossiers([aDossier()]);
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await one.parcels.findDossier(parcelOf(1))).toBeUndefined();
  });

  it("that waits for another which waits for it fails, and says that it may be tried again", async () => {
    const { one, other } = await openTwo();
    const save = (store: Store, first: string, second: string, both: () => Promise<void>): Promise<unknown> =>
      store.transaction(async ({ intakes }) => {
        await intakes.saveIntakes([anIntake(first)]);
        await both();
        await intakes.saveIntakes([anIntake(second)]);
      });
    const both = makeMeeting(2);
    const outcomes = await Promise.allSettled([save(one, "a", "b", both), save(other, "b", "a", both)]);
    const [failure] = outcomes.filter(({ status }) => status === "rejected");
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(failure).toMatchObject({
      reason: { name: "StoreBusy", message: expect.stringMatching(/deadlock.*run the same command again/) },
    });
  });

  it.each([
    ["53100", /free space on the server's disk/],
    ["58030", /check the server's disk/],
    ["53200", /give the server more room/],
    ["XX001", /last backup/],
    ["54000", /cannot keep it/],
  ])("that fails with %s keeps nothing, and says what to do", async (code, told) => {
    const url = postgres.newStoreUrl();
    const schema = schemaOf(url);
    const store = await open(url);
    await postgres.query(
      `CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql
       AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${code}', MESSAGE = E'it\\nfailed'; END $$`,
    );
    await postgres.query(
      `CREATE TRIGGER fail BEFORE INSERT ON ${schema}.dirty FOR EACH ROW EXECUTE FUNCTION ${schema}.fail()`,
    );
    const attempt = store.transaction(async ({ intakes, dossiers }) => {
      await intakes.saveIntakes([anIntake("a")]);
      await dossiers.saveDossiers([aDossier()]);
    });
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
    await expect(attempt).rejects.toThrow(told);
    await expect(attempt).rejects.not.toThrow(/\n/);
    expect(
      await postgres.query(`SELECT 1 FROM ${schema}.intake UNION ALL SELECT 1 FROM ${schema}.dossier`),
    ).toEqual([]);
  });
});

/** Ends every connection of a store that is in a transaction. */
async function endTransactions(): Promise<void> {
  const ended = await postgres.query(
    `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
     WHERE application_name = 'trackbridge' AND state = 'idle in transaction' AND query LIKE 'COPY dirty%'`,
  );
  expect(ended).toHaveLength(1);
}

/** Lets those who come wait for each other. */
function makeMeeting(count: number): () => Promise<void> {
  let missing = count;
  const { promise, resolve } = Promise.withResolvers<void>();
  return () => {
    missing -= 1;
    if (missing === 0) resolve();
    return promise;
  };
}
