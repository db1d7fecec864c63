import { describe, expect, it } from "vitest";
import { findInstant, makeFormats } from "../../src/report/make-formats.ts";
import { getTexts } from "../../src/report/texts.ts";

const en = makeFormats(getTexts("en"));
const nl = makeFormats(getTexts("nl"));

describe("number", () => {
  it("groups thousands as each language does", () => {
    expect([0, 999, 1000, 1234567].map(en.number)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([0, 999, 1000, 1234567].map(nl.number)).toEqual(["0", "999", "1.000", "1.234.567"]);
  });

  it("writes decimals and negative figures", () => {
    expect(en.number(-1234.5)).toBe("−1,234.5");
    expect(nl.number(-1234.5)).toBe("−1.234,5");
  });
});

describe("share", () => {
  it("rounds down to two decimals", () => {
    expect(en.share(2, 3)).toBe("66.66%");
    expect(nl.share(2, 3)).toBe("66,66%");
    expect(en.share(1, 2)).toBe("50.00%");
  });

  it("says 100% of all of them only, however many there are", () => {
    expect(en.share(5, 5)).toBe("100%");
    expect(en.share(999_999_999, 1_000_000_000)).toBe("99.99%");
    expect(en.share(999_999_999_999_999, 1_000_000_000_000_000)).toBe("99.99%");
  });

  it("says 0% of none of them only", () => {
    expect(en.share(0, 5)).toBe("0%");
    expect(en.share(1, 1_000_000)).toBe("<0.01%");
  });

  it("gives no figure without a whole", () => {
    expect(en.share(0, 0)).toBe("–");
  });
});

describe("shareUp", () => {
  it("rounds up to two decimals, and leaves exact shares alone", () => {
    expect([en.shareUp(1, 3), nl.shareUp(1, 3), en.shareUp(7, 100)]).toEqual(["33.34%", "33,34%", "7.00%"]);
    expect(en.shareUp(1, 1_000_000)).toBe("0.01%");
  });

  it("says 100% of all of them only, and 0% of none of them only", () => {
    expect([en.shareUp(0, 5), en.shareUp(5, 5), en.shareUp(0, 0)]).toEqual(["0%", "100%", "–"]);
    expect(en.shareUp(999_999, 1_000_000)).toBe(">99.99%");
  });
});

describe("bound", () => {
  it("rounds up, because a bound must hold", () => {
    expect(en.bound(3, 3100)).toBe("0.10%");
    expect(en.bound(3, 1000)).toBe("0.30%");
    expect(en.bound(3, 2)).toBe("100%");
  });
});

describe("duration and delta", () => {
  it("names days, hours, minutes and seconds, without those that are nothing", () => {
    expect(en.duration(120)).toBe("2 min");
    expect(en.duration(259_200)).toBe("3 d");
    expect(nl.duration(3_661)).toBe("1 u 1 min 1 s");
    expect(en.duration(0)).toBe("0 s");
  });

  it("puts a sign before a difference", () => {
    expect(en.delta(3600)).toBe("+1 h");
    expect(en.delta(-74)).toBe("−1 min 14 s");
    expect(en.delta(0)).toBe("0 s");
  });
});

describe("localTime", () => {
  it("shows the wall clock of Europe/Amsterdam with its offset, in winter and summer", () => {
    expect(en.localTime("2026-03-07T22:22:56Z")).toBe("7 Mar 2026 23:22:56 +01:00");
    expect(nl.localTime("2026-07-07T22:22:56Z")).toBe("8 jul 2026 00:22:56 +02:00");
  });

  it("tells the two hours of the autumn clock change apart", () => {
    expect(nl.localTime("2026-10-25T00:30:00Z")).toBe("25 okt 2026 02:30:00 +02:00");
    expect(nl.localTime("2026-10-25T01:30:00Z")).toBe("25 okt 2026 02:30:00 +01:00");
  });

  it("keeps fractions of a second", () => {
    expect(en.localTime("2026-03-07T22:23:01.120Z")).toBe("7 Mar 2026 23:23:01.12 +01:00");
  });

  it("leaves what is no instant as it is", () => {
    expect(en.localTime("yesterday")).toBe("yesterday");
    expect(en.localTime("2026-02-31T00:00:00Z")).toBe("2026-02-31T00:00:00Z");
  });
});

describe("utcTime", () => {
  it("shows the same instant in UTC", () => {
    expect(en.utcTime("2026-03-07T22:22:56Z")).toBe("2026-03-07 22:22:56 UTC");
    expect(en.utcTime("2026-03-07T23:22:56+01:00")).toBe("2026-03-07 22:22:56 UTC");
  });
});

describe("day and shortDay", () => {
  it("name the month, and leave what is no date as it is", () => {
    expect(nl.day("2026-03-08")).toBe("8 mrt 2026");
    expect(en.shortDay("2026-12-31")).toBe("31 Dec");
    expect(en.day("2026-02-31")).toBe("2026-02-31");
    expect(en.shortDay("__proto__")).toBe("__proto__");
  });
});

describe("findInstant", () => {
  it("takes a date and time with an offset, and nothing else", () => {
    expect(findInstant("2026-03-07T22:22:56.5Z")?.epochMilliseconds).toBe(1772922176500);
    expect(findInstant("2026-03-07T23:22:56+01:00")?.epochMilliseconds).toBe(1772922176000);
    for (const text of [
      "2026-03-07",
      "2026-03-07T22:22:56",
      "2026-03-07T25:00:00Z",
      "",
      "x2026-03-07T22:22:56Z",
    ]) {
      expect(findInstant(text), text).toBeUndefined();
    }
  });
});
