import { describe, expect, it } from "vitest";
import { makeSigning } from "../../../src/app/demo/make-signing.ts";
import { signDelivery } from "../../../src/sandbox/carrier/sign-delivery.ts";
import { VERIFIER_RULE } from "../../../src/sources/verifier-rule.ts";
import { aRequest } from "../../support/verifiers.ts";

const NOW = 1_772_922_181_000;
const RULES = [
  { kind: "shared-key", header: "apikey" },
  {
    kind: "hmac",
    header: "x-signature",
    algorithm: "sha512",
    encoding: "base64",
    timestamp: { header: "x-time" },
  },
  { kind: "standard-webhooks" },
  {
    kind: "jwt",
    issuer: "carrier",
    audience: "us",
    subject: "webhooks",
    type: "webhook+jwt",
    maxAgeSeconds: "300",
  },
  { kind: "mutual-tls", allowed: [{ dns: "webhooks.carrier.example" }] },
];

describe("makeSigning", () => {
  it.each(RULES)("makes both ends of $kind, of which one knows only its own run", async (rule) => {
    const rules = [VERIFIER_RULE.parse(rule)];
    const [one, other] = [await makeSigning(rules, () => NOW), await makeSigning(rules, () => NOW)];
    const body = Buffer.from("{}");
    const ask = (by: typeof one) =>
      one.verifiers[0]!(aRequest(signDelivery(by.schemes, { id: "msg_1", at: NOW, body }), body));
    expect([await ask(one), await ask(other)]).toEqual([true, false]);
  });
});
