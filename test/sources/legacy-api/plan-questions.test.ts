import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/domain/observation.ts";
import type { ListedParcel } from "../../../src/sources/legacy-api/parse-listing.ts";
import type { Silence } from "../../../src/sources/legacy-api/plan-questions.ts";
import { planQuestions } from "../../../src/sources/legacy-api/plan-questions.ts";
import { anObservation, BARCODE, HOUR, timeOf } from "../../support/observations.ts";

const AT = timeOf("10:00:00");
const LISTED: ListedParcel = { barcode: BARCODE, at: AT, laterAt: null, status: "10:00:00 5" };

function isAsked(
  listed: Partial<ListedParcel>,
  held: readonly Observation[] = [],
  silence?: Silence,
  now = AT,
): boolean {
  const silences = new Map(silence === undefined ? [] : [[BARCODE, silence]]);
  return planQuestions([{ ...LISTED, ...listed }], new Map([[BARCODE, held]]), silences, now).length === 1;
}

const held = (at: number) => [anObservation({ channel: "legacy-api", at })];

describe("planQuestions", () => {
  it("asks for what is not held", () => {
    expect(isAsked({})).toBe(true);
    expect(isAsked({}, held(AT - 1000))).toBe(true);
  });

  it("does not ask for a newest status that is held, whatever its milliseconds", () => {
    expect(isAsked({}, held(AT))).toBe(false);
    expect(isAsked({}, held(AT + 326))).toBe(false);
  });

  it("asks when the time cannot be read, or may be that of the other pass of a repeated hour", () => {
    expect(isAsked({ at: null }, held(AT))).toBe(true);
    expect(isAsked({ laterAt: AT + HOUR }, held(AT))).toBe(true);
  });

  it("keeps silent about a parcel, or about one status of it, for as long as is said", () => {
    const until = AT + HOUR;
    expect(isAsked({}, [], { until, status: null })).toBe(false);
    expect(isAsked({}, [], { until, status: LISTED.status })).toBe(false);
    expect(isAsked({ status: "11:00:00 5" }, [], { until, status: LISTED.status })).toBe(true);
    expect(isAsked({}, [], { until, status: null }, until)).toBe(true);
  });
});
