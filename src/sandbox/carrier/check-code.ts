import { createHmac } from "node:crypto";
import { isSameSecret } from "./is-same-secret.ts";

export interface OneTimeCodeRule {
  readonly header: string;
  /** Base32, upper case, without padding. */
  readonly secret: string;
  readonly digits: number;
  readonly periodSeconds: number;
  readonly algorithm: "SHA1" | "SHA256" | "SHA512";
  /** Whether a code is accepted once, as RFC 6238 (5.2) wants it, or as often as it comes within its time. */
  readonly uses: "once" | "any";
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Makes a check of one-time codes by time; the code of the period before is
 * still good, because it may have been on its way.
 *
 * @param clock UTC epoch milliseconds
 * @see https://www.rfc-editor.org/rfc/rfc6238#section-5.2
 */
export function makeCodeCheck(rule: OneTimeCodeRule, clock: () => number): (code: string) => boolean {
  const secret = fromBase32(rule.secret);
  let latestUsed = -1;
  return (code) => {
    const current = Math.floor(clock() / 1000 / rule.periodSeconds);
    const period = [current, current - 1].find((one) => isSameSecret(code, toCode(secret, one, rule)));
    if (period === undefined || (rule.uses === "once" && period <= latestUsed)) return false;
    latestUsed = Math.max(latestUsed, period);
    return true;
  };
}

function toCode(secret: Buffer, period: number, { algorithm, digits }: OneTimeCodeRule): string {
  const message = Buffer.from(period.toString(16).padStart(16, "0"), "hex");
  const mac = createHmac(algorithm, secret).update(message).digest();
  const start = (mac.at(-1) ?? 0) % 16;
  const [a = 0, b = 0, c = 0, d = 0] = mac.subarray(start, start + 4);
  const number = ((a % 128) * 256 ** 3 + b * 256 ** 2 + c * 256 + d) % 10 ** digits;
  return number.toString().padStart(digits, "0");
}

function fromBase32(text: string): Buffer {
  let number = 0n;
  for (const letter of text) number = number * 32n + BigInt(LETTERS.indexOf(letter));
  const byteCount = Math.floor((text.length * 5) / 8);
  const hex = (number >> BigInt(text.length * 5 - byteCount * 8)).toString(16);
  return Buffer.from(hex.padStart(byteCount * 2, "0"), "hex");
}
