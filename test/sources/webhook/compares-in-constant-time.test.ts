import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FOLDER = new URL("../../../src/sources/webhook/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => /^(verify-.*|verifier|make-verifiers)\.ts$/.test(name));

/** Of two sides of a comparison one is no secret when it stands in the program. */
const LITERAL = /^(-?[0-9]+|".*|undefined|null|true|false)$/;

/** Comparisons of what is public: versions and lengths, a decoded text with itself, names of certificates. */
const PUBLIC = [
  "name !== wanted",
  "version === wanted",
  "length === sizeBytes",
  "length === 2",
  'toString("base64") === text',
  "toLowerCase() !== wanted",
  "toLowerCase() === allowed.sha256",
  "=== allowed.subject",
  "size === PUBLIC_KEY_BYTES",
];

/** Comparisons that end at the first difference, of what is not known to be public. */
function findLeaks(source: string): string[] {
  const code = source.replaceAll(/^\s*(\/?\*.*|\/\/.*)$/gm, "");
  const operators = [...code.matchAll(/([\w.()[\]"?]+) *(===|!==|==|!=) *([\w.()"-]+)/g)]
    .filter(
      ([, left = "", , right = ""]) => !(LITERAL.test(left) || LITERAL.test(right.replace(/[;,)]+$/, ""))),
    )
    .map(([whole]) => whole)
    .filter((whole) => !PUBLIC.some((one) => whole.includes(one)));
  const calls = [...code.matchAll(/[\w.]*\.(equals|compare|localeCompare|indexOf)\(/g)].map(
    ([whole]) => whole,
  );
  return [...operators, ...calls];
}

describe("the verifiers", () => {
  it.each(FILES)("compare secrets by timingSafeEqual only: %s", (name) => {
    expect(findLeaks(readFileSync(new URL(name, FOLDER), "utf8"))).toEqual([]);
  });

  it.each([
    "if (digest === given) return true;",
    "return expected !== actual.value;",
    'return hmac.digest("hex") === text;',
    "return digest.equals(signature);",
    "return secrets.indexOf(given.value) >= 0;",
  ])("would be noticed with '%s'", (line) => {
    expect(findLeaks(line)).toHaveLength(1);
  });
});
