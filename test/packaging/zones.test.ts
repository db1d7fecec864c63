import { describe, expect, it } from "vitest";

describe("the test run", () => {
  it("stands in the zone that it was given", () => {
    expect(["UTC", "Europe/Amsterdam", "America/New_York"]).toContain(process.env.TZ);
    expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(process.env.TZ);
  });
});
