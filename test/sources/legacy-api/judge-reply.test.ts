import { describe, expect, it } from "vitest";
import { judgeLegacyReply } from "../../../src/sources/legacy-api/judge-reply.ts";
import { bytesOf, readCapturedReply } from "../../support/payloads.ts";

const judge = (body: unknown, httpStatus = 200) => judgeLegacyReply({ httpStatus, bytes: bytesOf(body) });

describe("judgeLegacyReply", () => {
  it.each([
    "completestatus",
    "completestatus2",
    "completestatus3",
    "currentstatus",
    "currentstatus2",
    "currentstatus3",
  ])("takes the captured %s for an answer", (name) => {
    const { httpStatus, body } = readCapturedReply(`${name}.http`);
    expect(judgeLegacyReply({ httpStatus, bytes: body })).toEqual({ kind: "answered" });
  });

  it("knows the captured reply about an unknown barcode", () => {
    const { httpStatus, body } = readCapturedReply("nocurrentshipments.http");
    expect(judgeLegacyReply({ httpStatus, bytes: body })).toEqual({ kind: "not_found" });
  });

  it.each([
    { CompleteStatus: {}, Warnings: [{ Message: "No shipment found", Code: "2" }] },
    { CurrentStatus: "{}", Warnings: { Message: "No shipment found", Code: 2 } },
    { CompleteStatus: {}, Warnings: { Warning: { Message: "No shipment found", Code: "2" } } },
    { Warnings: { Warning: [{ Code: "1" }, { Code: "2" }] } },
    { CompleteStatus: { Warnings: [{ Code: "2" }] } },
  ])("knows that %j found nothing", (body) => {
    expect(judge(body)).toEqual({ kind: "not_found" });
  });

  it.each([
    [400, "refused"],
    [404, "refused"],
    [405, "refused"],
    [401, "closed"],
    [403, "closed"],
    [429, "closed"],
    [301, "failed"],
    [408, "failed"],
    [500, "failed"],
    [503, "failed"],
    [204, "failed"],
  ])("judges HTTP %i by its status alone", (httpStatus, kind) => {
    expect(judge({ CompleteStatus: { Shipment: { Barcode: "3S" } } }, httpStatus)).toEqual({
      kind,
      reason: `HTTP ${httpStatus}`,
    });
  });

  it.each([
    [{ Error: { ErrorCode: "9", ErrorMessage: "3SDEVC123456789" } }, "refused", "HTTP 200 with Error"],
    [{ Errors: [{ code: "9" }] }, "refused", "HTTP 200 with Errors"],
    [{ fault: { faultstring: "no", detail: { errorcode: "x" } } }, "failed", "HTTP 200 with fault"],
    [{ Envelope: { Body: { Fault: { Reason: { Text: "down" } } } } }, "failed", "HTTP 200 with Envelope"],
    [{ message: "Too many", http_status_code: 429 }, "failed", "HTTP 200 with message"],
    [{ CompleteStatus: {} }, "failed", "HTTP 200 with no shipment and no warning"],
    [[], "failed", "HTTP 200 with no shipment and no warning"],
    ["<html>", "failed", "a body that cannot be read"],
    ['{"CompleteStatus":{"Shipment":{', "failed", "a body that cannot be read"],
  ])("takes the error %j with HTTP 200 for what it is", (body, kind, reason) => {
    expect(judge(body)).toEqual({ kind, reason });
  });
});
