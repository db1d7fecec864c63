import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import { FamilyBook } from "../../../src/reconcile/judgement/families.ts";
import { toSignature } from "../../../src/reconcile/judgement/signature.ts";
import { timeOf } from "../../support/observations.ts";
import { aFinding, findingIdOf, parcelOf } from "../../support/store-rows.ts";

const DAY = 86_400_000;
const NOW = timeOf("2026-03-20T00:00:00Z");

/** A parcel of which the new side never spoke, whose life begins with a code. */
function aMissingParcel(n: number, code: string, customerNumber: string | null, wish: Partial<Finding> = {}) {
  return aFinding({
    id: findingIdOf(`${n}a`),
    kind: "parcel_missing_in_new",
    barcode: parcelOf(n),
    status: null,
    evidence: { customerNumber, sources: [{ channel: "legacy-scan", code }] },
    firstSeenAt: NOW,
    ...wish,
  });
}

const UNDECIDED = { cause: "undecided", rule: null } as const;

function listOf(findings: readonly Finding[]) {
  const book = new FamilyBook(NOW);
  for (const finding of findings) book.add(finding, UNDECIDED);
  return book.list();
}

describe("families", () => {
  it("take a subscription that is missing for one, whatever its parcels begin with, day by day", () => {
    const families = listOf([
      aMissingParcel(1, "A01", "11223344"),
      aMissingParcel(2, "B01", "11223344", { legacyAt: NOW - 9 * DAY, firstSeenAt: NOW - 8 * DAY }),
      aMissingParcel(3, "J01", "11223344"),
      aMissingParcel(4, "A01", "55667788"),
      aMissingParcel(5, "A01", null),
    ]);
    expect(families.map(({ signature, sizes, firstSeenAt }) => [signature, sizes.open, firstSeenAt])).toEqual(
      [
        ["parcel_missing_in_new customer 11223344", 3, NOW - 8 * DAY],
        ["parcel_missing_in_new", 1, NOW],
        ["parcel_missing_in_new customer 55667788", 1, NOW],
      ],
    );
    expect(families[0]?.action).toEqual({
      code: "check_subscription",
      values: { customer: "11223344", barcode: parcelOf(2) },
    });
  });

  it("look for a file where the old side never spoke of a customer's parcels", () => {
    const [family] = listOf([aMissingParcel(1, "x", "11223344", { kind: "parcel_missing_in_legacy" })]);
    expect([family?.signature, family?.action.code]).toEqual([
      "parcel_missing_in_legacy customer 11223344",
      "check_files",
    ]);
  });

  it("know since when of findings that went away under another signature", () => {
    const gone = aMissingParcel(1, "A01", "11223344", {
      state: "resolved",
      signature: "parcel_missing_in_new A01",
      firstSeenAt: NOW - 30 * DAY,
    });
    const stands = aMissingParcel(2, "B01", "11223344", { signature: "parcel_missing_in_new B01" });
    expect(listOf([gone, stands])).toMatchObject([
      { firstSeenAt: NOW - 30 * DAY, sizes: { open: 1, resolved: 1 }, example: { barcode: parcelOf(2) } },
    ]);
  });
});

describe("toSignature", () => {
  const sources = [{ channel: "legacy-scan", code: "B01" }];

  it.each([
    [{ kind: "missing_in_new", status: "sorted", evidence: { sources } }, "missing_in_new B01 sorted"],
    [{ kind: "missing_in_legacy", status: "sorted" }, "missing_in_legacy sorted"],
    [
      { kind: "status_mismatch", status: null, legacyStatus: "a", newStatus: "b", evidence: { sources } },
      "status_mismatch B01 a>b",
    ],
    [{ kind: "time_mismatch", deltaSeconds: 7203 }, "time_mismatch sorted +2h"],
    [{ kind: "time_mismatch", deltaSeconds: -61 }, "time_mismatch sorted earlier"],
    [{ kind: "detail_mismatch", field: "reference", evidence: { sources } }, "detail_mismatch reference"],
  ] satisfies [Partial<Finding>, string][])("says what %o is about", (wish, signature) => {
    expect(toSignature(aFinding(wish))).toBe(signature);
  });
});
