import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** The folder `shared` beside the checkout, with its final slash: specifications and sample worlds. */
export const sharedFolder: string = fileURLToPath(new URL("../../../shared/", import.meta.url));

/**
 * Describes tests that read {@link sharedFolder}; where it is absent one test
 * stands in for them and says so. `body` is not called then, and may read the
 * folder at once.
 */
export function describeWithShared(name: string, body: () => void): void {
  if (existsSync(sharedFolder)) {
    describe(name, body);
    return;
  }
  describe(name, () => {
    it("reads ../shared", ({ skip }) => skip("../shared is absent: put it beside the checkout to run these"));
  });
}
