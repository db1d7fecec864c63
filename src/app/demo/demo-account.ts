import { generateKeyPairSync, randomBytes } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";
import type { FeedSettings } from "../../feed-settings.ts";
import { FEEDS } from "../../feed-settings.ts";
import type { SecondFactor } from "../../sandbox/carrier/second-factor.ts";
import type { CarrierCredentials } from "../../sandbox/carrier/start-carrier.ts";
import type { FactorRule } from "../../sources/factor-rule.ts";

/** An account with the simulated carrier: what the contract wants is what it enforces. */
export interface DemoAccount {
  readonly secondFactors: readonly SecondFactor[];
  /** The settings of both APIs there. */
  readonly toFeeds: (baseUrl: string) => FeedSettings;
  /** Where those settings find their secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** So many that a replay of simulated days never waits for them. */
const RATE = { requestsPerSecond: 10_000, burst: 10_000 };

/**
 * Makes the account that a contract's factors need.
 *
 * @throws UsageError for a client certificate, which the simulated carrier's plain HTTP has no place for
 */
export function makeDemoAccount(
  { apiKey, clientId, clientSecret }: CarrierCredentials,
  factors: readonly FactorRule[],
): DemoAccount {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const totpSecret = toBase32(randomBytes(20));
  const toSecondFactor = (rule: FactorRule): readonly SecondFactor[] => {
    switch (rule.kind) {
      case "api-key":
        return [];
      case "oauth-client-credentials": {
        const signs = rule.authentication === "private-key-jwt";
        return [{ kind: "bearer-token", ...(signs ? { clientKeys: [{ keyId: null, publicKey }] } : {}) }];
      }
      case "mutual-tls":
        throw noCertificates();
      case "totp": {
        const { kind: _, ...code } = rule;
        return [{ kind: "one-time-code", ...code, secret: totpSecret, uses: "any" }];
      }
    }
  };
  const place = (name: string) => ({ environment: name });
  return {
    secondFactors: factors.flatMap(toSecondFactor),
    toFeeds: (url) =>
      FEEDS.parse({
        legacyApi: { url, ...RATE, apiKey: place("apiKey"), customers: ["0"] },
        statusApi: {
          url,
          ...RATE,
          apiKey: place("apiKey"),
          clientId,
          clientSecret: place("clientSecret"),
          privateKey: place("privateKey"),
          totpSecret: place("totpSecret"),
          // The demo asks for single parcels, whoever their customer is.
          customers: [{ number: "0", code: "DEMO" }],
        },
      }),
    environment: { apiKey, clientSecret, privateKey, totpSecret },
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc4648#section-6 */
function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)])
    .join("");
}

function noCertificates(): UsageError {
  return new UsageError({
    place: "demo",
    value: "a contract with the factor mutual-tls",
    expected: "factors that the simulated carrier can ask for over plain http",
    todo: "name another contract in the settings",
  });
}
