import { importFiles } from "../../app/import-files.ts";
import type { Channel } from "../../domain/channel.ts";
import { EXIT, toVisible } from "../../domain/errors.ts";
import { parseInstant } from "../../domain/instant.ts";
import { renderImportText } from "../../report/render-text.ts";
import type { ImportReport } from "../../report/report-data.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";

interface ImportCommandOptions extends GlobalOptions {
  readonly layout?: string;
  readonly receivedAt?: string;
}

/** `trackbridge import CHANNEL FILE…` */
export async function importCommand(
  channel: Channel,
  paths: readonly string[],
  options: ImportCommandOptions,
): Promise<void> {
  const progress = makeProgress(`import ${channel}`, options);
  const notes: string[] = [];
  const { report, firstReason } = await withCommandApp(
    options,
    async (app) => {
      const report = await importFiles(app, {
        channel,
        paths,
        layout: options.layout,
        receivedAt:
          options.receivedAt === undefined ? undefined : parseInstant(options.receivedAt, "--received-at"),
        onProgress: ({ doneBytes, totalBytes, rows }) =>
          progress.update(doneBytes, totalBytes, `${rows} rows`),
        onNote: (path, text) => notes.push(`${toVisible(path)}: ${text}`),
      });
      const quarantined = await app.store.feeds.quarantined(MOST_LOOKED_AT);
      return { report, firstReason: quarantined.find((row) => row.channel === channel)?.message };
    },
    { mayMakeStore: true },
  ).finally(() => progress.stop());
  if (options.format === "text") await print(renderImportText(report, options.lang));
  else await printJson(report);
  for (const text of notes.slice(0, MOST_NOTES)) note(text, options);
  if (notes.length > MOST_NOTES) note(`… and ${notes.length - MOST_NOTES} more such notes`, options);
  if (report.quarantined > 0) {
    note(toQuarantineNote(report, firstReason), options);
    process.exitCode = EXIT.differences;
  }
}

const MOST_LOOKED_AT = 1000;
const MOST_NOTES = 5;

function toQuarantineNote(
  { quarantined, accepted, duplicates }: ImportReport,
  reason: string | undefined,
): string {
  const count = quarantined === 1 ? "1 row" : `${quarantined} rows`;
  const note = `${count} set aside: trackbridge report shows each with its reason`;
  if (accepted + duplicates > 0 || reason === undefined) return note;
  return `${note}\nNothing could be read. Is it the right channel, layout (--layout) and contract? For instance:\n${reason}`;
}
