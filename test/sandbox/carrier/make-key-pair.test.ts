import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { makeKeyPair } from "../../../src/sandbox/carrier/make-key-pair.ts";

describe("makeKeyPair", () => {
  it("makes pairs that can be read, every time", () => {
    // The library alone spoils one in 256: of 2000 pairs, all but certainly some.
    for (let n = 0; n < 2000; n += 1) {
      const pair = makeKeyPair();
      const [ours, theirs] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)];
      expect(ours).not.toBeInstanceOf(Error);
      expect((theirs as ssh2.ParsedKey).getPublicSSH()).toHaveLength(51);
    }
  });
});
