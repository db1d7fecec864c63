import { describe, expect, it } from "vitest";
import type { Cause } from "../../src/domain/finding.ts";
import { CAUSES } from "../../src/domain/finding.ts";
import { oneIn } from "../support/causes/alter.ts";
import { judgePlanted } from "../support/causes/judge-plants.ts";
import type { Target } from "../support/causes/plants.ts";
import { makePlants } from "../support/causes/plants.ts";
import { FEW_CODES, makeSoundWorld } from "../support/spoilt-worlds.ts";

/** Many codes are seen on 52 parcels and more. */
const world = makeSoundWorld(7, 150);
const target: Target = {
  codesOf: (status) => FEW_CODES.get(status) ?? [],
  isChosen: oneIn(12),
  status: "sorted",
  wrong: "in_transit",
  invention: "delayed",
  rare: "delivery_changed",
  unreachable: "accepted",
};

/** The rules that must decide something of a fault; of those that are not named nothing may be decided. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  "a row with the wrong status": ["code_meets_other_status"],
  "a row without the status that it should have": ["notice_meets_status"],
  "all rows of a status without it": ["notice_meets_status"],
  "a code without a row": ["code_without_row"],
  "a wire code that the contract lacks": ["wire_code_without_status"],
  "a status that no code translates to": ["code_without_row", "status_without_code"],
  "the scan files in the wrong zone": ["whole_hours"],
  "the webhook in the wrong zone": ["whole_hours"],
  "both new channels in the wrong zone": ["whole_hours"],
  "another reference in the scan files than everywhere else": ["witness_contradicts"],
  "pushes lost": ["new_channels_differ", "two_witnesses"],
  "another status pushed than the status API lists": ["new_channels_differ", "witness_contradicts"],
  "events that both new channels lack, while both legacy ones tell them": ["two_witnesses"],
  "another status on both new channels": ["two_witnesses"],
  "pushes under a second event id": ["new_channels_differ"],
  "another reference in the webhook than everywhere else": ["witness_contradicts"],
};

type Row = Record<Cause, number>;
const confusion = new Map<Cause, Row>();

/** The world by which the rules were written; how good they are elsewhere is measured by `causes-held-out.test.ts`. */
describe("causes of planted faults", () => {
  it("has nothing to decide in a world on which both sides agree", async () => {
    expect(await judgePlanted(world, [])).toEqual([]);
  });

  it.each(makePlants(target))("$name: never another than $cause", async (plant) => {
    const row = confusion.get(plant.cause) ?? (Object.fromEntries(CAUSES.map((cause) => [cause, 0])) as Row);
    confusion.set(plant.cause, row);
    const decided = new Set<string>();
    const wrong: string[] = [];
    const judged = await judgePlanted(world, [plant]);
    for (const { finding, cause, rule } of judged) {
      row[cause] += 1;
      if (cause === "undecided") continue;
      decided.add(rule ?? "");
      if (cause !== plant.cause) wrong.push(`${rule}: ${cause} ${finding.signature}`);
    }
    expect(wrong).toEqual([]);
    expect([...decided].sort()).toEqual(RULES[plant.name] ?? []);
    expect(judged.length).toBeGreaterThan(0);
  });

  it("decides no cause wrongly, and leaves these open", () => {
    const none = { legacy: 0, new: 0, mapping: 0, timing: 0, agreed: 0 };
    expect(Object.fromEntries(confusion)).toEqual({
      mapping: { ...none, mapping: 682, undecided: 209 },
      timing: { ...none, timing: 1930, undecided: 37 },
      legacy: { ...none, legacy: 44, undecided: 44 },
      new: { ...none, new: 123, undecided: 308 },
    });
  });
});
