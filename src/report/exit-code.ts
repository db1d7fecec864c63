import { EXIT } from "../domain/errors.ts";
import type { RunVerdict } from "../domain/verdict.ts";

/** The exit code of a run verdict: 0, 1 or 3. */
export function toExitCode(verdict: RunVerdict): number {
  return { go: EXIT.fine, no_go: EXIT.differences, not_proven: EXIT.notProven }[verdict];
}
