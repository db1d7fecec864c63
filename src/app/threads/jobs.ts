import type { Haul } from "../../intake/haul.ts";
import { haulFile } from "../../intake/haul-file.ts";
import { haulPayloads } from "../../intake/haul-payloads.ts";
import type { RowsByChannel } from "../../intake/intake-tally.ts";
import { settleInbox } from "../../intake/settle-inbox.ts";
import type { PayloadChannel } from "../../sources/exported-line.ts";
import type { BlockParser } from "../../sources/import-payloads.ts";
import { makeBlockParser } from "../../sources/import-payloads.ts";
import { openScanFile } from "../../sources/legacy-scan/parse-scan-file.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import type { JsonBlock } from "../../sources/read-json-lines.ts";
import { packKeyOf } from "../../store/pack.ts";
import { evaluateGroups } from "../evaluate-groups.ts";
import type { App } from "../open-app.ts";

/** Work that any thread can do. It passes between threads, and so do its results. */
export type Job =
  /** Reads exported payloads. Gives one {@link Haul}. */
  | {
      readonly kind: "haul-lines";
      readonly channel: PayloadChannel;
      readonly file: string;
      readonly block: JsonBlock;
      /** Of the block; it leaves this thread with the job. */
      readonly bytes: number;
    }
  /** Reads a scan file. Gives {@link Haul}s. */
  | {
      readonly kind: "haul-file";
      /** Of the file among those that are imported. */
      readonly index: number;
      readonly path: string;
      readonly name: string;
      readonly layout: string;
      readonly receivedAt: number | undefined;
    }
  /** Settles the inbox, together with the other threads. Gives {@link RowsByChannel}. */
  | { readonly kind: "settle" }
  /** Evaluates the open run, together with the other threads. Gives one sign of life a group. */
  | { readonly kind: "evaluate" };

export type HaulJob = Extract<Job, { readonly kind: "haul-lines" | "haul-file" }>;

/** What a job gives, piece by piece. */
export type Piece = Haul | RowsByChannel | "group";

/** Does a job. */
export async function* runJob(app: App, job: Job, owner: string): AsyncGenerator<Piece> {
  switch (job.kind) {
    case "haul-lines":
    case "haul-file":
      yield* runHaulJob(app, job);
      break;
    case "settle":
      yield await settleInbox(app.store, owner);
      break;
    case "evaluate":
      yield* listen((onGroup) => evaluateGroups(app, owner, onGroup));
      break;
  }
}

/** Reads what came in. */
export async function* runHaulJob(app: Pick<App, "contract" | "config">, job: HaulJob): AsyncGenerator<Haul> {
  if (job.kind === "haul-lines") {
    const payloads = parserOf(app, job.channel)(job.block, job.file);
    yield haulPayloads(job.channel, payloads, packKeyOf([job.block.bytes]));
    return;
  }
  const { path, name, receivedAt } = job;
  yield* haulFile(await openScanFile(path, { layout: await readLayout(job.layout), name, receivedAt }));
}

const parsers = new WeakMap<App["contract"], Map<PayloadChannel, BlockParser>>();

/** A parser learns, so it is kept for the next block. */
function parserOf(
  { contract, config }: Pick<App, "contract" | "config">,
  channel: PayloadChannel,
): BlockParser {
  const known = parsers.get(contract) ?? new Map<PayloadChannel, BlockParser>();
  parsers.set(contract, known);
  const parser = known.get(channel) ?? makeBlockParser(channel, { contract, legacyZone: config.zone });
  known.set(channel, parser);
  return parser;
}

/** The calls of a listener as a stream, while the work goes on. */
async function* listen(work: (onGroup: () => void) => Promise<void>): AsyncGenerator<"group"> {
  let heard = 0;
  let wake = (): void => {};
  let isDone = false;
  const working = work(() => {
    heard += 1;
    wake();
  }).finally(() => {
    isDone = true;
    wake();
  });
  while (!isDone || heard > 0) {
    if (heard === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    heard -= 1;
    yield "group";
  }
  await working;
}
