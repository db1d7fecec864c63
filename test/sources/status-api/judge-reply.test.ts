import { describe, expect, it } from "vitest";
import { readContract } from "../../../src/sources/contract.ts";
import { judgePage, judgeStatusReply } from "../../../src/sources/status-api/judge-reply.ts";
import { bytesOf } from "../../support/payloads.ts";

const REFERENCE = await readContract("reference");
const reply = (body: unknown, httpStatus = 200) => ({
  httpStatus,
  bytes: bytesOf(body),
  request: {},
  date: null,
  retryAfter: null,
});
const UNREADABLE = { kind: "failed", reason: "a body that cannot be read" };

describe("judgeStatusReply", () => {
  it.each([
    [{ items: [{}] }, 200, { kind: "answered" }],
    [{ items: [], warnings: [{ code: "NOT_FOUND" }] }, 200, { kind: "not_found" }],
    [{ title: "Not found" }, 404, { kind: "not_found" }],
    [{ items: [{}] }, 400, { kind: "refused", reason: "HTTP 400" }],
    [{ items: [{}] }, 502, { kind: "failed", reason: "HTTP 502" }],
    [{ items: [{}] }, 429, { kind: "closed", reason: "HTTP 429" }],
    [[{ fault: { faultstring: "no" } }], 200, UNREADABLE],
    [{ items: {} }, 200, UNREADABLE],
    ["", 200, UNREADABLE],
  ])("judges %j with HTTP %i", (body, httpStatus, judgement) => {
    expect(judgeStatusReply(reply(body, httpStatus), REFERENCE)).toEqual(judgement);
  });
});

describe("judgePage", () => {
  it.each([
    [{ items: [], nextCursor: "a" }, 200, { kind: "page", nextCursor: "a" }],
    [{ items: [{}], nextCursor: null }, 200, { kind: "page", nextCursor: null }],
    [{ items: [] }, 200, { kind: "page", nextCursor: null }],
    [{ nextCursor: null }, 200, UNREADABLE],
    [{ items: null }, 200, UNREADABLE],
    [{ items: [], nextCursor: ["a", "b"] }, 200, UNREADABLE],
    [{ message: "Backend" }, 200, UNREADABLE],
    [{ items: [] }, 404, { kind: "refused", reason: "HTTP 404" }],
    [{ items: [] }, 403, { kind: "refused", reason: "HTTP 403" }],
    [{ items: [] }, 401, { kind: "closed", reason: "HTTP 401" }],
  ])("judges %j with HTTP %i", (body, httpStatus, judgement) => {
    expect(judgePage(reply(body, httpStatus), REFERENCE)).toEqual(judgement);
  });

  it("takes no page that was cut for the last one, wherever it was cut", () => {
    const whole = JSON.stringify({ items: [{ barcode: "3SDEVC123456789", statuses: [] }], nextCursor: "a" });
    for (let end = 0; end < whole.length; end += 1) {
      expect(judgePage(reply(whole.slice(0, end)), REFERENCE).kind).toBe("failed");
    }
  });
});
