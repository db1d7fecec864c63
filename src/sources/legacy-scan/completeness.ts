import type { LayoutSettings } from "./layout-settings.ts";
import type { ListedFile } from "./sftp.ts";

/** How a sender shows that a file on the server is whole. */
export type Completeness =
  /** It is written under a name with one of these ends, then renamed. */
  | { readonly by: "rename"; readonly temporary: readonly string[] }
  /** A second file, of the same name with this end, follows it. */
  | { readonly by: "semaphore"; readonly suffix: string }
  /** Its size and time stay the same over so many looks, the first and last so far apart. */
  | { readonly by: "stable-size"; readonly looks: number; readonly seconds: number };

/** A file that has been looked at and may still grow. Times are UTC epoch milliseconds. */
export interface FileLook {
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** When it was first seen as it is. */
  readonly since: number;
  /** How often it was seen so. */
  readonly looks: number;
}

/** Takes the rule that a layout names. */
export function toCompleteness({ complete }: Pick<LayoutSettings, "complete">): Completeness {
  if (complete.by !== "stable-size") return complete;
  const { by, looks, minimumAgeSeconds } = complete;
  return { by, looks, seconds: minimumAgeSeconds };
}

/** Whether a name is no scan file but a sign about one: still being written, or a semaphore. */
export function isSign(name: string, rule: Completeness): boolean {
  switch (rule.by) {
    case "rename":
      return rule.temporary.some((end) => name.toLowerCase().endsWith(end.toLowerCase()));
    case "semaphore":
      return name.endsWith(rule.suffix);
    case "stable-size":
      return false;
  }
}

/** Counts one more look at a file. A file that has changed is looked at anew. */
export function lookAgain(
  before: FileLook | undefined,
  { sizeBytes, modifiedAt }: Pick<ListedFile, "sizeBytes" | "modifiedAt">,
  now: number,
): FileLook {
  if (before?.sizeBytes === sizeBytes && before.modifiedAt === modifiedAt)
    return { ...before, looks: before.looks + 1 };
  return { sizeBytes, modifiedAt, since: now, looks: 1 };
}

/** Whether a file has stayed the same for as long as the rule asks. */
export function isAtRest(
  { since, looks }: FileLook,
  rule: Completeness & { readonly by: "stable-size" },
  now: number,
): boolean {
  return looks >= rule.looks && now - since >= rule.seconds * 1000;
}
