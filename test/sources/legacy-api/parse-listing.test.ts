import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/domain/errors.ts";
import { makeZoneReader } from "../../../src/domain/instant.ts";
import { parseListing } from "../../../src/sources/legacy-api/parse-listing.ts";
import { timeOf } from "../../support/observations.ts";
import { bytesOf, readCapturedReply } from "../../support/payloads.ts";

const readZone = makeZoneReader("Europe/Amsterdam");
const parse = (body: unknown) => parseListing(bytesOf(body), readZone);

describe("parseListing", () => {
  it("reads the captured listing", () => {
    const { parcels, unreadable } = parseListing(readCapturedReply("updatedshipments.http").body, readZone);
    expect(unreadable).toBe(0);
    expect(parcels[0]).toEqual({
      barcode: "3SABCD3563340",
      at: timeOf("2021-02-26T11:57:15Z"),
      laterAt: null,
      status: "2021-02-26T12:57:15 11",
    });
  });

  it.each([
    [
      { Timestamp: "2026-03-07T12:00:00", StatusCode: 5 },
      timeOf("2026-03-07T11:00:00Z"),
      "2026-03-07T12:00:00 5",
    ],
    [
      { TimeStamp: "07-03-2026 12:00:00.250" },
      timeOf("2026-03-07T11:00:00.250Z"),
      "07-03-2026 12:00:00.250 ",
    ],
    [{ Timestamp: {}, StatusCode: "{}" }, null, " "],
    [{ Timestamp: "31-02-2026 25:00:00", StatusCode: "5" }, null, "31-02-2026 25:00:00 5"],
    [{}, null, " "],
    ["{}", null, " "],
    [undefined, null, " "],
  ])("reads the status %j", (Status, at, status) => {
    const { parcels, unreadable } = parse([{ Barcode: " 3sdevc1234567 ", Status }]);
    expect(parcels).toEqual([{ barcode: "3SDEVC1234567", at, laterAt: null, status }]);
    expect(unreadable).toBe(0);
  });

  it("gives both instants of a time that exists twice", () => {
    const { parcels } = parse([{ Barcode: "3SDEVC1234567", Status: { Timestamp: "2026-10-25T02:30:00" } }]);
    expect(parcels[0]).toMatchObject({
      at: timeOf("2026-10-25T00:30:00Z"),
      laterAt: timeOf("2026-10-25T01:30:00Z"),
    });
  });

  it("counts entries without a barcode, and goes on", () => {
    const entries = [
      {},
      null,
      "3SDEVC1234567",
      { Barcode: {} },
      { Barcode: "3S" },
      { Barcode: "3SDEVC1234567" },
    ];
    expect(parse(entries)).toMatchObject({ parcels: [{ barcode: "3SDEVC1234567" }], unreadable: 5 });
    expect(parse([])).toEqual({ parcels: [], unreadable: 0 });
  });

  it.each([{}, "<html>", "", "[", { Error: {} }, null, { Barcode: "3SDEVC1234567" }])(
    "does not take %j for an empty list",
    (body) => {
      expect(() => parse(body)).toThrow(InputError);
    },
  );

  it("takes no captured listing that was cut for a shorter one, wherever it was cut", () => {
    const { body } = readCapturedReply("updatedshipments.http");
    const whole = Buffer.from(body).toString().trimEnd();
    for (let end = 0; end < whole.length; end += 1) {
      expect(() => parseListing(Buffer.from(whole.slice(0, end)), readZone)).toThrow(InputError);
    }
  });
});
