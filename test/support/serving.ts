import { Agent, request as ask } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { sweepInbox } from "../../src/app/crew.ts";
import { verifyStore } from "../../src/app/verify-store.ts";
import type { Barcode } from "../../src/domain/barcode.ts";
import { countObservations } from "../../src/store/dossier-codec.ts";
import { withAppOn } from "./apps.ts";
import { BASE } from "./intakes.ts";
import { HOUR } from "./observations.ts";
import type { ProcessOptions, RunningProcess } from "./processes.ts";
import { startProcess } from "./processes.ts";
import { parcelOf } from "./store-rows.ts";

/** What deliveries must carry. */
export const KEY = "the carrier's key";
/** How many deliveries {@link sendAll} has on their way at a time. */
const SENDERS = 10;

/** A receiver that runs on its own. */
export interface Server {
  readonly process: RunningProcess;
  readonly url: string;
}

/** Starts a receiver on a store in SQLite; its settings are in `any-port.yml`. */
export async function startServer(database: string, options: ProcessOptions): Promise<Server> {
  const args = ["serve", "--database", `sqlite:${database}`, "--config", "any-port.yml"];
  const process = startProcess(args, { env: { TRACKBRIDGE_WEBHOOK_KEY: KEY }, ...options });
  while (process.isAlive()) {
    const url = process.logged.find(({ event }) => event === "receiving")?.url;
    if (url !== undefined) return { process, url };
    await wait(5);
  }
  throw new Error(`never received: ${process.complaints.join("\n")}`);
}

/** The n-th delivery: a parcel of its own, under an id that has no other's in it. */
export function toBody(n: number): string {
  const timestamp = Temporal.Instant.fromEpochMilliseconds(BASE).toString();
  const item = { barcode: parcelOf(n), status: { code: "sorted", timestamp } };
  return JSON.stringify({ eventId: `<event-${n}>`, item });
}

/** The number of the delivery about a parcel. */
function numberOf(barcode: Barcode): number {
  return Number(/\d+$/.exec(barcode.slice(-9))?.[0]);
}

/** Finds the id of {@link toBody} in whatever holds it. */
export const MARK = /<event-\d+>/;

/** Sends over connections that stay open; 0 where the server ended instead of answering. */
export function makePost(url: string) {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const headers = { apikey: KEY };
  return (body: string | Uint8Array): Promise<number> =>
    new Promise((resolve) => {
      const asked = ask(url, { agent, method: "POST", headers }, (reply) => {
        // Who has seen the status takes it for said, also when the rest never comes.
        reply.on("error", () => undefined).on("close", () => resolve(reply.statusCode ?? 0));
        reply.resume();
      });
      asked.on("error", () => resolve(0)).end(body);
    });
}

/** Sends deliveries, some at a time, and gives the answers by number. */
export async function sendAll(
  url: string,
  first: number,
  count: number,
  padding = "",
): Promise<Map<number, number>> {
  const post = makePost(url);
  const answers = new Map<number, number>();
  let next = first;
  const send = async (): Promise<void> => {
    while (next < first + count) {
      const n = next;
      next += 1;
      answers.set(n, await post(toBody(n) + padding));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  return answers;
}

export const taken = (answers: ReadonlyMap<number, number>): number[] =>
  [...answers].flatMap(([n, status]) => (status === 200 ? [n] : []));

/** What a worker finds: how often each delivery is kept, and the books. */
export async function listKept(database: string) {
  return withAppOn(`sqlite:${database}`, BASE + HOUR, async (app) => {
    await sweepInbox(app);
    const { isSound } = await verifyStore({ store: app.store, name: "the test's" });
    const [books] = (await app.store.feeds.books()).filter(({ channel }) => channel === "webhook");
    const kept = new Map<number, number>();
    for (const bucket of await app.store.parcels.buckets()) {
      for (const dossier of await app.store.parcels.channelDossiers(bucket, "webhook", null)) {
        kept.set(numberOf(dossier.barcode), countObservations(dossier.observations));
      }
    }
    return { isSound, kept, accepted: books?.accepted ?? 0, duplicates: books?.duplicates ?? 0 };
  });
}
