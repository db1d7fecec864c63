import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { AuthorisedClient } from "../../src/sources/authorised-client.ts";
import { makeAuthorisedClient } from "../../src/sources/authorised-client.ts";
import type { FactorRule } from "../../src/sources/factor-rule.ts";
import { makeHttpClient } from "../../src/sources/http-client.ts";
import { makeFakeClock } from "../support/fake-clock.ts";
import { timeOf } from "../support/observations.ts";
import type { SeenRequest, TinyAnswer } from "../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../support/tiny-server.ts";

const START = timeOf("2026-03-07T22:30:00Z");
const SECRETS = { apiKey: "key-word", clientId: "client 1", clientSecret: "secret:word/+" };
const API_KEY: FactorRule = { kind: "api-key", header: "apikey" };
const OAUTH: FactorRule = {
  kind: "oauth-client-credentials",
  tokenUrl: "/oauth2/token",
  scope: null,
  authentication: "basic",
};

/** Lends a client of a service that answers as told, with a clock that the test moves. */
function withService(
  answer: TinyAnswer,
  rules: readonly FactorRule[],
  use: (
    ask: () => ReturnType<AuthorisedClient["send"]>,
    seen: readonly SeenRequest[],
    clock: ReturnType<typeof makeFakeClock>,
  ) => Promise<void>,
): Promise<void> {
  return withTinyServer(answer, async (url, seen) => {
    const clock = makeFakeClock(START);
    const http = makeHttpClient(clock);
    try {
      const client = makeAuthorisedClient(http, rules, SECRETS, url, clock.now);
      const request = {
        place: "x",
        method: "GET",
        url: new URL("/status", url),
        headers: { accept: "a/b" },
        body: null,
      } as const;
      await use(() => client.send(request), seen, clock);
    } finally {
      await http.close();
    }
  });
}

/** Gives tokens t1, t2, … of `expires_in` seconds, and 200 to requests whose token is accepted. */
function givesTokens(expiresIn: unknown, accepts: (token: string) => boolean = () => true): TinyAnswer {
  let given = 0;
  return (request, reply) => {
    if (request.url === "/oauth2/token") {
      given += 1;
      replyJson(reply, 200, { access_token: `t${given}`, token_type: "Bearer", expires_in: expiresIn });
    } else {
      const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
      replyJson(reply, accepts(token) ? 200 : 401, {});
    }
  };
}

const asked = (seen: readonly SeenRequest[]) =>
  seen.map(({ url, headers }) => `${url} ${headers.authorization?.replace(/Basic .*/, "Basic")}`);

describe("makeAuthorisedClient", () => {
  it("sends the key in its header and nothing in the address", () =>
    withService(
      (_request, reply) => replyJson(reply, 200, {}),
      [API_KEY],
      async (ask, seen) => {
        await ask();
        expect(seen).toMatchObject([{ url: "/status", headers: { apikey: "key-word", accept: "a/b" } }]);
        expect(seen[0]?.headers.authorization).toBeUndefined();
      },
    ));

  it("sends both factors, the token fetched once by client credentials", () =>
    withService(givesTokens(300), [API_KEY, OAUTH], async (ask, seen) => {
      expect((await ask()).httpStatus).toBe(200);
      expect((await ask()).httpStatus).toBe(200);
      expect(asked(seen)).toEqual(["/oauth2/token Basic", "/status Bearer t1", "/status Bearer t1"]);
      const [token, status] = seen;
      expect(token).toMatchObject({ method: "POST", body: "grant_type=client_credentials" });
      expect(token?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
      // RFC 6749, 2.3.1: id and secret are form-encoded, then joined.
      expect(
        Buffer.from(token?.headers.authorization?.slice("Basic ".length) ?? "", "base64").toString(),
      ).toBe("client+1:secret%3Aword%2F%2B");
      expect(status?.headers.apikey).toBe("key-word");
    }));

  it("sends id, secret and scope in the form where the contract says so", () =>
    withService(
      givesTokens(300),
      [{ ...OAUTH, authentication: "post", scope: "tracking.read" }],
      async (ask, seen) => {
        await ask();
        expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
          grant_type: "client_credentials",
          scope: "tracking.read",
          client_id: "client 1",
          client_secret: "secret:word/+",
        });
        expect(seen[0]?.headers.authorization).toBeUndefined();
      },
    ));

  it("uses a token for 80 % of its life", () =>
    withService(givesTokens(100), [OAUTH], async (ask, seen, clock) => {
      await ask();
      clock.advance(79_999);
      await ask();
      clock.advance(1);
      await ask();
      expect(asked(seen)).toEqual([
        "/oauth2/token Basic",
        "/status Bearer t1",
        "/status Bearer t1",
        "/oauth2/token Basic",
        "/status Bearer t2",
      ]);
    }));

  it.each([
    ["300", 240_000],
    [undefined, 240_000],
    ["soon", 240_000],
    [-5, 240_000],
    [1e9, 69_120_000],
  ])("uses a token with expires_in %j for %i ms", (expiresIn, ms) =>
    withService(givesTokens(expiresIn), [OAUTH], async (ask, seen, clock) => {
      await ask();
      clock.advance(ms - 1);
      await ask();
      expect(seen).toHaveLength(3);
      clock.advance(1);
      await ask();
      expect(seen).toHaveLength(5);
    }),
  );

  it("fetches one token for many requests at once", () =>
    withService(givesTokens(300), [OAUTH], async (ask, seen) => {
      await Promise.all(Array.from({ length: 8 }, ask));
      expect(asked(seen).filter((line) => line.startsWith("/oauth2"))).toHaveLength(1);
      expect(seen).toHaveLength(9);
    }));

  it("renews a refused token once and asks again", () =>
    withService(
      givesTokens(300, (token) => token === "t2"),
      [API_KEY, OAUTH],
      async (ask, seen) => {
        expect((await ask()).httpStatus).toBe(200);
        expect((await ask()).httpStatus).toBe(200);
        expect(asked(seen)).toEqual([
          "/oauth2/token Basic",
          "/status Bearer t1",
          "/oauth2/token Basic",
          "/status Bearer t2",
          "/status Bearer t2",
        ]);
      },
    ));

  it("gives back a second 401 as it is", () =>
    withService(
      givesTokens(300, () => false),
      [OAUTH],
      async (ask, seen) => {
        expect((await ask()).httpStatus).toBe(401);
        expect(asked(seen)).toEqual([
          "/oauth2/token Basic",
          "/status Bearer t1",
          "/oauth2/token Basic",
          "/status Bearer t2",
        ]);
      },
    ));

  it("gives back a 401 at once where there is no token to renew", () =>
    withService(
      (_request, reply) => replyJson(reply, 401, {}),
      [API_KEY],
      async (ask, seen) => {
        expect((await ask()).httpStatus).toBe(401);
        expect(seen).toHaveLength(1);
      },
    ));

  it.each([
    ["a refusal", 401, { error: "invalid_client", error_description: "secret:word/+ is wrong" }, "HTTP 401"],
    ["a page", 200, "<html>", "a reply without access_token"],
    ["no token", 200, { token_type: "Bearer" }, "a reply without access_token"],
    ["a token that would break the header", 200, { access_token: "a\r\nb" }, "a reply without access_token"],
    [
      "another kind of token",
      200,
      { access_token: "t", token_type: "mac" },
      "a token that is no bearer token",
    ],
  ])("throws for %s from the token's address, and shows no secret", (_what, status, body, value) =>
    withService(
      (_request, reply) => replyJson(reply, status, body),
      [API_KEY, OAUTH],
      async (ask, seen) => {
        const failure = await ask().catch((cause) => cause);
        expect(failure).toMatchObject({ name: "HttpFailure", code: "TOKEN_REFUSED" });
        expect(failure.message).toBe(
          `OAuth token: ${value} → HTTP 200 with a bearer token in access_token → check the client id, its secret or private key, this machine's clock, and tokenUrl in the contract`,
        );
        expect(failure.stack).not.toMatch(/word|client 1/);
        expect(asked(seen)).toEqual(["/oauth2/token Basic"]);
        await expect(ask()).rejects.toMatchObject({ code: "TOKEN_REFUSED" });
      },
    ),
  );

  it.each([
    ["apiKey", "the API's API key"],
    ["clientId", "the API's client id"],
    ["clientSecret", "the API's client secret"],
  ] as const)("wants %s when a factor needs it, and shows no value", async (name, place) => {
    const http = makeHttpClient(makeFakeClock(START));
    const url = new URL("https://api.example.org");
    for (const value of [null, "", " padded-word", "line\nword"]) {
      const make = () =>
        makeAuthorisedClient(http, [API_KEY, OAUTH], { ...SECRETS, [name]: value }, url, () => START);
      expect(make).toThrow(UsageError);
      expect(make).toThrow(place);
      expect(make).not.toThrow(/word/);
    }
    await http.close();
  });
});
