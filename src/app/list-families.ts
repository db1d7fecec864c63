import { toIsoUtc } from "../domain/instant.ts";
import { decideCause } from "../reconcile/judgement/cause-rules.ts";
import type { Family } from "../reconcile/judgement/families.ts";
import { FamilyBook } from "../reconcile/judgement/families.ts";
import type { Patterns } from "../reconcile/judgement/learn-patterns.ts";
import type { FamilyReport } from "../report/judgement-data.ts";
import type { App } from "./open-app.ts";
import { readPatterns } from "./read-patterns.ts";

/**
 * The families of the store's findings, the worst and largest first; those
 * whose findings are all resolved are left out.
 *
 * @param runId of the run that they are listed after, ended or not; default: the last one that ended
 * @param known what the whole store shows, where that has been read before
 */
export async function listFamilies(app: App, runId?: string, known?: Patterns): Promise<FamilyReport[]> {
  const { store } = app;
  const patterns = known ?? (await readPatterns(app));
  const [last, before] = await store.runs.list(2);
  const open = await store.runs.open();
  const isOpen = open !== undefined && open.runId === runId;
  const now = (isOpen ? open : last)?.now ?? app.clock();
  const isFirst = (isOpen ? last : before) === undefined;
  const book = new FamilyBook(now);
  for await (const page of store.findings.list({})) {
    for (const finding of page) book.add(finding, decideCause(finding, patterns));
  }
  return book.list().map((family) => toFamilyReport(family, !isFirst && family.firstSeenAt === now));
}

function toFamilyReport({ firstSeenAt, lastSeenAt, ...family }: Family, isNew: boolean): FamilyReport {
  return { ...family, firstSeenAt: toIsoUtc(firstSeenAt), lastSeenAt: toIsoUtc(lastSeenAt), isNew };
}
