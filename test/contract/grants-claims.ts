import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claim } from "../../src/store/claims.ts";
import { ClaimLost } from "../../src/store/claims.ts";
import { aDossier, parcelOf } from "../support/store-rows.ts";
import type { OpenStore } from "./store-under-test.ts";
import { useStore } from "./store-under-test.ts";

/** Longer than any test. */
const LONG = 600_000;
/** Over as soon as it has begun. */
const SHORT = 1;

/** What may happen to a subject; `which` of all claims that it ever had. */
type Step =
  | { readonly kind: "take"; readonly leaseMs: number }
  | { readonly kind: "renew"; readonly which: number; readonly leaseMs: number }
  | { readonly kind: "release" | "write"; readonly which: number };

interface ModelClaim {
  readonly claim: Claim;
  /** Of the last claim; those before it are lost. */
  state: "held" | "lapsed" | "free";
}

const arbitraryLease = fc.constantFrom(LONG, SHORT);
const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("take" as const), leaseMs: arbitraryLease }),
  fc.record({ kind: fc.constant("renew" as const), which: fc.nat(20), leaseMs: arbitraryLease }),
  fc.record({ kind: fc.constantFrom("release" as const, "write" as const), which: fc.nat(20) }),
);

/** Who may settle and evaluate what. */
export function grantsClaims(openStore: OpenStore): void {
  describe("claims", () => {
    const kit = useStore(openStore);

    const take = (owner: string, leaseMs = LONG, subject = "group 1"): Promise<Claim | undefined> =>
      kit.store.claims.take(subject, owner, leaseMs);
    /** Takes a claim that must be free, or become so. */
    const mustTake = async (owner: string, leaseMs = LONG, subject = "group 1"): Promise<Claim> => {
      for (;;) {
        const claim = await take(owner, leaseMs, subject);
        if (claim !== undefined) return claim;
        await wait(1);
      }
    };
    /** Keeps something under a claim. */
    const writeUnder = (claim: Claim, n = 1): Promise<void> =>
      kit.store.transaction(async ({ assertClaim, dossiers }) => {
        await dossiers.saveDossiers([aDossier({ barcode: parcelOf(n) })]);
        await assertClaim(claim);
      });

    it("are given for what is free, and held against others and oneself", async () => {
      const claim = await mustTake("a");
      expect(claim.subject).toBe("group 1");
      expect(await take("b")).toBeUndefined();
      expect(await take("a")).toBeUndefined();
      await writeUnder(claim);
      expect(await kit.touched()).toEqual([parcelOf(1)]);
    });

    it("are shown to others while they are held, by subject", async () => {
      expect(await kit.store.claims.held()).toEqual([]);
      const [two, one] = [await mustTake("b", LONG, "group 2"), await mustTake("a", LONG, "group 1")];
      const ranOut = await mustTake("c", SHORT, "group 3");
      // Held once more, so that it has run out for sure.
      expect(await kit.store.claims.renew(ranOut, -1)).toBe(true);
      const [first, second] = [
        { subject: "group 1", owner: "a" },
        { subject: "group 2", owner: "b" },
      ];
      expect(await kit.store.claims.held()).toEqual([first, second]);
      await kit.store.claims.release(one);
      expect(await kit.store.claims.held()).toEqual([second]);
      await kit.store.claims.release(two);
    });

    it("are each about their own subject", async () => {
      const [one, two] = [await mustTake("a", LONG, "group 1"), await mustTake("b", LONG, "group 2")];
      await kit.store.claims.release(one);
      expect(await take("c", LONG, "group 2")).toBeUndefined();
      expect(await kit.store.claims.renew(two, LONG)).toBe(true);
      await expect(writeUnder({ ...two, subject: "group 3" })).rejects.toBeInstanceOf(ClaimLost);
    });

    it("can be taken over once they have run out, with a larger token", async () => {
      const first = await mustTake("a", SHORT);
      const second = await mustTake("b", SHORT);
      const third = await mustTake("a");
      expect(second.token).toBeGreaterThan(first.token);
      expect(third.token).toBeGreaterThan(second.token);
      expect(await take("c")).toBeUndefined();
    });

    it("that another has taken over cannot be renewed, nor given back, nor written under", async () => {
      const old = await mustTake("a", SHORT);
      const current = await mustTake("b");
      expect(await kit.store.claims.renew(old, LONG)).toBe(false);
      await kit.store.claims.release(old);
      expect(await take("c")).toBeUndefined();
      await expect(writeUnder(old)).rejects.toBeInstanceOf(ClaimLost);
      expect(await kit.store.parcels.findDossier(parcelOf(1))).toBeUndefined();
      expect(await kit.store.claims.renew(current, LONG)).toBe(true);
      await writeUnder(current, 2);
      expect(await kit.touched()).toEqual([parcelOf(2)]);
    });

    it("that have run out still hold as long as nobody took them over", async () => {
      const claim = await mustTake("a", SHORT);
      await wait(5);
      await writeUnder(claim);
      expect(await kit.touched()).toEqual([parcelOf(1)]);
      expect(await kit.store.claims.renew(claim, LONG)).toBe(true);
      expect(await take("b")).toBeUndefined();
    });

    it("can be renewed for a shorter while", async () => {
      const claim = await mustTake("a");
      expect(await kit.store.claims.renew(claim, SHORT)).toBe(true);
      expect((await mustTake("b")).token).toBeGreaterThan(claim.token);
      expect(await kit.store.claims.renew(claim, LONG)).toBe(false);
    });

    it("that are given back let the next one in, and are valid no more", async () => {
      const claim = await mustTake("a");
      await kit.store.claims.release(claim);
      await expect(writeUnder(claim)).rejects.toBeInstanceOf(ClaimLost);
      expect(await kit.store.claims.renew(claim, LONG)).toBe(false);
      expect(await kit.touched()).toEqual([]);
      const next = await take("b");
      expect(next?.token).toBeGreaterThan(claim.token);
      await kit.store.claims.release(claim);
      expect(await take("c")).toBeUndefined();
    });

    it("that nobody ever gave are not valid", async () => {
      await expect(writeUnder({ subject: "group 9", token: 1 })).rejects.toBeInstanceOf(ClaimLost);
      expect(await kit.store.claims.renew({ subject: "group 9", token: 1 }, LONG)).toBe(false);
      const claim = await mustTake("a");
      await expect(writeUnder({ ...claim, token: claim.token + 1 })).rejects.toBeInstanceOf(ClaimLost);
      await expect(writeUnder({ ...claim, token: claim.token - 1 })).rejects.toBeInstanceOf(ClaimLost);
    });

    it("go to one alone of those who ask at the same time", async () => {
      for (const _ of [1, 2, 3]) {
        const given = await Promise.all(Array.from({ length: 24 }, (_, n) => take(`owner ${n}`)));
        const [claim, ...more] = given.filter((one) => one !== undefined);
        expect(more).toEqual([]);
        if (claim === undefined) throw new Error("nobody was given the claim");
        await kit.store.claims.release(claim);
      }
    });

    it("go to one alone when they have run out", async () => {
      const old = await mustTake("a", SHORT);
      await wait(5);
      const given = await Promise.all(Array.from({ length: 24 }, (_, n) => take(`owner ${n}`)));
      const taken = given.filter((one) => one !== undefined);
      expect(taken).toHaveLength(1);
      expect(taken[0]?.token).toBeGreaterThan(old.token);
    });

    it("may be relied on and renewed many times at once", async () => {
      const claim = await mustTake("a");
      const done = await Promise.allSettled(
        Array.from({ length: 12 }, (_, n) =>
          n % 3 === 0 ? kit.store.claims.renew(claim, LONG) : writeUnder(claim, n),
        ),
      );
      expect(done.filter(({ status }) => status === "rejected")).toEqual([]);
      expect(await kit.touched()).toEqual([1, 2, 4, 5, 7, 8, 10, 11].map(parcelOf));
      expect(await take("b")).toBeUndefined();
    });

    it("keep these rules in whatever order things happen", async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(arbitraryStep, { maxLength: 14 }), async (steps) => {
          runs += 1;
          const model: ModelClaim[] = [];
          for (const step of steps) await follow(step, `run ${runs}`, model);
        }),
        { numRuns: 40 },
      );
    });

    /** Does a step, and compares what comes of it with what the model says. */
    async function follow(step: Step, subject: string, model: ModelClaim[]): Promise<void> {
      const current = model.at(-1);
      if (step.kind === "take") {
        if (current?.state === "held") {
          expect(await take("a", step.leaseMs, subject)).toBeUndefined();
        } else {
          const claim = await mustTake("a", step.leaseMs, subject);
          expect(claim.token).toBeGreaterThan(current?.claim.token ?? 0);
          model.push({ claim, state: step.leaseMs === LONG ? "held" : "lapsed" });
        }
        return;
      }
      const one = model[step.which % model.length];
      if (one === undefined) return;
      const holds = one === current && one.state !== "free";
      if (step.kind === "renew") {
        expect(await kit.store.claims.renew(one.claim, step.leaseMs)).toBe(holds);
        if (holds) one.state = step.leaseMs === LONG ? "held" : "lapsed";
      } else if (step.kind === "write") {
        const writing = writeUnder(one.claim);
        await (holds ? writing : expect(writing).rejects.toBeInstanceOf(ClaimLost));
      } else {
        await kit.store.claims.release(one.claim);
        if (holds) one.state = "free";
      }
    }

    it("cannot be taken over while a transaction relies on them, however long it takes", async () => {
      const claim = await mustTake("a", SHORT);
      const order: string[] = [];
      let taking: Promise<unknown> | undefined;
      await kit.store.transaction(async ({ assertClaim, dossiers }) => {
        await assertClaim(claim);
        taking = mustTake("b").then(() => order.push("taken over"));
        await wait(50);
        await dossiers.saveDossiers([aDossier()]);
        order.push("written");
      });
      await taking;
      expect(order).toEqual(["written", "taken over"]);
      expect(await kit.touched()).toEqual([parcelOf(1)]);
      await expect(writeUnder(claim, 2)).rejects.toBeInstanceOf(ClaimLost);
    });

    it("are given for good, also when a transaction of somebody else fails meanwhile", async () => {
      let taking: Promise<Claim | undefined> | undefined;
      const failing = kit.store.transaction(async () => {
        taking = take("a");
        await wait(20);
        throw new Error("of somebody else");
      });
      await expect(failing).rejects.toThrow("of somebody else");
      expect(await taking).toMatchObject({ subject: "group 1" });
      expect(await take("b")).toBeUndefined();
    });
  });
}
