import type { Complaint } from "../../domain/errors.ts";
import { StoreBroken, StoreBusy, UsageError } from "../../domain/errors.ts";

/** What a thread threw, on its way to another. */
export type Failure =
  | { readonly kind: "usage" | "busy" | "broken"; readonly complaint: Complaint }
  /** Our own bug; with where it was. */
  | { readonly kind: "bug"; readonly text: string };

export function toFailure(error: unknown): Failure {
  if (error instanceof StoreBusy) return { kind: "busy", complaint: error.complaint };
  if (error instanceof StoreBroken) return { kind: "broken", complaint: error.complaint };
  if (error instanceof UsageError) return { kind: "usage", complaint: error.complaint };
  return { kind: "bug", text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function toError(failure: Failure): Error {
  switch (failure.kind) {
    case "usage":
      return new UsageError(failure.complaint);
    case "busy":
      return new StoreBusy(failure.complaint);
    case "broken":
      return new StoreBroken(failure.complaint);
    case "bug":
      return new Error(failure.text);
  }
}
