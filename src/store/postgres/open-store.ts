import type { Pool } from "pg";
import { ClaimLost } from "../claims.ts";
import type { OpenOptions, Store, StoreTransaction } from "../store.ts";
import { parseAddress } from "./address.ts";
import { makeClaims } from "./claims.ts";
import { makePool, makeTransact } from "./connect.ts";
import { toOpeningError } from "./failures.ts";
import { makeFeedStateReader, makeFeedStateWriter } from "./feed-states.ts";
import { makeJobReader, makeJobWriter } from "./jobs.ts";
import { makeBucketLister } from "./list-buckets.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { makeFeedReader } from "./read-feeds.ts";
import { makeFindingReader } from "./read-findings.ts";
import { makeParcelReader } from "./read-parcels.ts";
import { makeRunReader } from "./read-runs.ts";
import { makeTableReader } from "./read-tables.ts";
import type { WriteSession } from "./session.ts";
import { makeSession } from "./session.ts";
import { makeSpoolReader, makeSpoolWriter } from "./spool.ts";
import type { BookWriter } from "./write-books.ts";
import { makeBookWriter } from "./write-books.ts";
import { makeDossierWriter } from "./write-dossiers.ts";
import { makeEvaluationWriter } from "./write-evaluations.ts";
import { makeIntakeWriter } from "./write-intakes.ts";
import { makeTableWriter } from "./write-tables.ts";

/** Connections of one store, at the most; reading never waits for those who write. */
const CONNECTIONS = { many: { readers: 4, writers: 8 }, few: { readers: 2, writers: 1 } };

export interface PostgresOptions extends OpenOptions {
  /** `few`: for one of several threads, which does one thing at a time. By default many. */
  readonly connections?: keyof typeof CONNECTIONS;
}

/**
 * Opens (and, where there is nothing yet, makes) a store in a PostgreSQL
 * database. Any number of processes may work on one; each has connections of
 * its own.
 *
 * Every commit reaches the server's disk before it returns, whatever
 * `synchronous_commit` the server has.
 *
 * @param url see {@link parseAddress}
 * @throws UsageError when the server or the database cannot be used, or what
 *   is there is no store or has another schema version
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const address = parseAddress(url);
  const most = CONNECTIONS[options.connections ?? "many"];
  const readers = makePool(address, most.readers);
  const writers = makePool(address, most.writers);
  try {
    const reader = makeSession(readers, address.place);
    const transact = makeTransact(writers, address.place);
    const { isDistributed } = await prepareSchema(address, options, reader, transact);
    return makeStore(address.schema, address.place, isDistributed, readers, writers);
  } catch (error) {
    await Promise.all([readers.end(), writers.end()]);
    throw toOpeningError(address.place, error);
  }
}

function makeStore(
  schema: string,
  place: string,
  isDistributed: boolean,
  readers: Pool,
  writers: Pool,
): Store {
  const reader = makeSession(readers, place);
  const listBuckets = makeBucketLister(reader, isDistributed);
  // Claims wait for no transaction but those that rely on them.
  const { claims, assertClaim } = makeClaims(schema, reader, makeTransact(readers, place));
  const transact = makeTransact(writers, place);
  const toTransaction = (session: WriteSession, books: BookWriter, onClaim: () => void): StoreTransaction => {
    const runs = makeRunReader(session);
    return {
      intakes: makeIntakeWriter(session, books, schema),
      dossiers: makeDossierWriter(session),
      evaluations: makeEvaluationWriter(session),
      tables: makeTableWriter(session),
      feedStates: makeFeedStateWriter(session),
      spool: makeSpoolWriter(session),
      parcels: makeParcelReader(session, makeBucketLister(session, isDistributed)),
      runs: {
        ...runs,
        async totals() {
          await books.flush();
          return runs.totals();
        },
      },
      jobs: makeJobWriter(session),
      async assertClaim(claim) {
        onClaim();
        await assertClaim(session, claim);
      },
    };
  };
  return {
    async transaction(work) {
      let reliesOnClaim = false;
      try {
        return await transact(async (session) => {
          const books = makeBookWriter(session);
          const onClaim = (): void => {
            reliesOnClaim = true;
          };
          const result = await work(toTransaction(session, books, onClaim));
          await books.flush();
          return result;
        });
      } catch (error) {
        if (!(reliesOnClaim && stoodStill(error))) throw error;
        throw new ClaimLost("the transaction stood still for too long", { cause: error });
      }
    },
    feeds: makeFeedReader(reader),
    feedStates: makeFeedStateReader(reader),
    spool: makeSpoolReader(reader, listBuckets),
    parcels: makeParcelReader(reader, listBuckets),
    findings: makeFindingReader(reader, listBuckets),
    runs: makeRunReader(reader),
    tables: makeTableReader(reader, isDistributed),
    jobs: makeJobReader(reader),
    claims,
    checkpoint: null,
    async close() {
      await Promise.all([readers.end(), writers.end()]);
    },
  };
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const IDLE_IN_TRANSACTION = "25P03";

/** Whether the server ended the transaction, because its process had been stopped. */
function stoodStill(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  return (cause as { readonly code?: unknown } | undefined)?.code === IDLE_IN_TRANSACTION;
}
