import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Lang } from "../report/texts.ts";
import type { App } from "./open-app.ts";
import type { ReconcileResult } from "./reconcile-result.ts";
import type { WrittenReport } from "./write-report.ts";
import { toReportError, writeReport } from "./write-report.ts";

export interface PublishOptions {
  /** The report's own folder. One that is there is replaced. */
  readonly folder: string;
  readonly lang: Lang;
  /** What names the folder, for messages. */
  readonly setting: string;
  /** Grows with everyone who tries: no two write into the same files. */
  readonly token: number;
  /** Throws when the report is another's by now. */
  readonly assertOurs: () => Promise<void>;
}

/**
 * Writes a report beside its folder and puts it in its place when it is whole,
 * so that nobody meets half of one. What those left who were stopped on the
 * way is cleared.
 *
 * @throws UsageError when the folder cannot be made or written
 */
export async function publishReport(
  app: App,
  result: ReconcileResult,
  { folder, lang, setting, token, assertOurs }: PublishOptions,
): Promise<WrittenReport> {
  const draft = `${folder}${DRAFT}${token}`;
  try {
    await rm(draft, REMOVE);
    const written = await writeReport(app, result, { out: draft, lang, setting });
    await assertOurs();
    await rm(folder, REMOVE);
    await rename(draft, folder);
    for (const name of await readdir(dirname(folder))) {
      if (name.startsWith(basename(folder) + DRAFT)) await rm(join(dirname(folder), name), REMOVE);
    }
    return written;
  } catch (error) {
    await rm(draft, REMOVE).catch(() => undefined);
    // Who has lost the report may have lost its files, too.
    await assertOurs();
    throw toReportError(error, folder, setting);
  }
}

const DRAFT = ".draft-";
const REMOVE = { recursive: true, force: true } as const;
