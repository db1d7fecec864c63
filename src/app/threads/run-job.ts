import type { Haul } from "../../intake/haul.ts";
import { haulFile } from "../../intake/haul-file.ts";
import { haulPayloads } from "../../intake/haul-payloads.ts";
import { settleInbox } from "../../intake/settle-inbox.ts";
import { spoolBatches } from "../../intake/spool-deliveries.ts";
import { unpackSpool } from "../../intake/unpack-spool.ts";
import type { PayloadChannel } from "../../sources/exported-line.ts";
import type { BlockParser, PayloadContext } from "../../sources/import-payloads.ts";
import { makeBlockParser, makeDeliveryParser } from "../../sources/import-payloads.ts";
import { openScanFile } from "../../sources/legacy-scan/parse-scan-file.ts";
import { readLayout } from "../../sources/legacy-scan/read-layout.ts";
import { packKeyOf } from "../../store/pack.ts";
import type { GroupWorker } from "../../store/work-on-groups.ts";
import { evaluateGroups } from "../evaluate-groups.ts";
import type { App } from "../open-app.ts";
import type { GroupNews, HaulJob, Job, Piece } from "./job.ts";

/** Does a job. */
export async function* runJob(
  app: App,
  job: Job,
  worker: Omit<GroupWorker, "onClaimLost">,
): AsyncGenerator<Piece> {
  switch (job.kind) {
    case "haul-lines":
    case "haul-file":
      yield* runHaulJob(app, job);
      break;
    case "spool":
      await spoolBatches(app.store, job.batches);
      break;
    case "checkpoint":
      await app.store.checkpoint?.();
      break;
    case "unpack":
      yield await unpackSpool(app.store, worker, makeDeliveryParser(toContext(app)));
      break;
    case "settle":
      yield await settleInbox(app.store, worker);
      break;
    case "evaluate":
      yield* listen((tell) =>
        evaluateGroups(app, { ...worker, onClaimLost: ({ message }) => tell({ lost: message }) }, () =>
          tell("group"),
        ),
      );
      break;
  }
}

/** Reads what came in. */
export async function* runHaulJob(app: Pick<App, "contract" | "config">, job: HaulJob): AsyncGenerator<Haul> {
  if (job.kind === "haul-lines") {
    const payloads = parserOf(app, job.channel)(job.block, job.file);
    // The channel counts: of a line that one cannot read the whole is kept, of one that it can its body.
    yield haulPayloads(job.channel, payloads, packKeyOf([job.channel, job.block.bytes]));
    return;
  }
  const { path, name, receivedAt } = job;
  yield* haulFile(await openScanFile(path, { layout: await readLayout(job.layout), name, receivedAt }));
}

const parsers = new WeakMap<App["contract"], Map<PayloadChannel, BlockParser>>();

/** What readers of payloads must know. */
export function toContext({ contract, config }: Pick<App, "contract" | "config">): PayloadContext {
  return { contract, legacyZone: config.zone };
}

/** A parser learns, so it is kept for the next block. */
function parserOf(app: Pick<App, "contract" | "config">, channel: PayloadChannel): BlockParser {
  const { contract } = app;
  const known = parsers.get(contract) ?? new Map<PayloadChannel, BlockParser>();
  parsers.set(contract, known);
  const parser = known.get(channel) ?? makeBlockParser(channel, toContext(app));
  known.set(channel, parser);
  return parser;
}

/** What a listener is told as a stream, while the work goes on. */
async function* listen(work: (tell: (news: GroupNews) => void) => Promise<void>): AsyncGenerator<GroupNews> {
  const heard: GroupNews[] = [];
  let wake = (): void => {};
  let isDone = false;
  const working = work((news) => {
    heard.push(news);
    wake();
  }).finally(() => {
    isDone = true;
    wake();
  });
  // Its failure is told in the end; until then nobody looks.
  working.catch(() => undefined);
  try {
    while (!isDone || heard.length > 0) {
      const news = heard.shift();
      if (news !== undefined) yield news;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    // Also when nobody listens any more: the store must stay open until it is done.
    await working;
  }
}
