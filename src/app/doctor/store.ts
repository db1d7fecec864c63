import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Examined } from "../../report/doctor-data.ts";
import type { Store } from "../../store/store.ts";
import { nameStore, parseStoreUrl } from "../open-store.ts";
import type { Outcome } from "./check.ts";
import { attempt, say } from "./check.ts";
import type { Patient } from "./patient.ts";

/** Whether the store is what it should be, keeps what it acknowledges, and has room. */
export async function checkStore(patient: Patient): Promise<readonly Examined[]> {
  const { store, databaseUrl, deadlineMs } = patient;
  const inStore = (check: Examined["check"], work: (open: Store) => Promise<Outcome>): Promise<Examined>[] =>
    store === null ? [] : [attempt(check, null, deadlineMs, () => work(store))];
  return Promise.all([
    ...inStore("store.opens", async () => say("ok", "store-opens", { name: nameStore(databaseUrl) })),
    ...inStore("store.schema", async ({ tables }) => {
      const { schemaVersion: version, copiedFrom } = await tables.info();
      return say("ok", copiedFrom === null ? "schema" : "schema-copied", { version });
    }),
    ...inStore("store.integrity", (open) => judgeIntegrity(open, databaseUrl)),
    ...inStore("store.durability", judgeDurability),
    attempt("store.space", null, deadlineMs, () => judgeSpace(databaseUrl)),
  ]);
}

const MEGABYTE = 1024 ** 2;
/** Beyond this the look takes longer than a person waits. */
const MOST_QUICK_MEGABYTES = 1024;

async function judgeIntegrity({ tables }: Store, databaseUrl: string): Promise<Outcome> {
  const url = parseStoreUrl(databaseUrl);
  if (url.kind === "sqlite" && existsSync(url.path)) {
    const megabytes = Math.round((await stat(url.path)).size / MEGABYTE);
    if (megabytes > MOST_QUICK_MEGABYTES) return say("skipped", "sound-later", { megabytes });
  }
  const damage = await tables.findDamage();
  if (damage === null) return say("ok", "sound-unknown");
  const [first] = damage;
  return first === undefined
    ? say("ok", "sound")
    : say("failure", "damaged", { count: damage.length, first });
}

async function judgeDurability({ tables }: Store): Promise<Outcome> {
  const found = await tables.durability();
  const unsafe = found.filter(({ isSafe }) => !isSafe);
  const settings = (unsafe.length > 0 ? unsafe : found)
    .map(({ name, value }) => `${name} = ${value}`)
    .join(", ");
  return unsafe.length > 0 ? say("failure", "not-durable", { settings }) : say("ok", "durable", { settings });
}

const FEW_MEGABYTES = 1024;
const TOO_FEW_MEGABYTES = 100;

async function judgeSpace(databaseUrl: string): Promise<Outcome> {
  const url = parseStoreUrl(databaseUrl);
  if (url.kind === "postgres") return say("skipped", "space-unknown");
  const path = dirname(resolve(url.path));
  const { bavail, bsize } = await statfs(path);
  return judgeRoom(path, Math.floor((bavail * bsize) / MEGABYTE));
}

/** Whether there is room enough to go on for a while. */
export function judgeRoom(path: string, megabytes: number): Outcome {
  if (megabytes >= FEW_MEGABYTES) return say("ok", "space", { path, megabytes });
  const state = megabytes < TOO_FEW_MEGABYTES ? "failure" : "warning";
  return say(state, "space-short", { path, megabytes, least: FEW_MEGABYTES });
}
