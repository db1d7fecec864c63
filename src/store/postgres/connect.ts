import type { ClientBase, Pool as PgPool, PoolConfig } from "pg";
import pg from "pg";
import type { Address } from "./address.ts";
import { toStoreError } from "./failures.ts";
import type { WriteSession } from "./session.ts";
import { makeWriteSession } from "./session.ts";

/** Runs work in a transaction of its own. */
export type Transact = <Result>(work: (session: WriteSession) => Promise<Result>) => Promise<Result>;

/**
 * A transaction that stands still for so long is ended by the server: its
 * process is stopped or gone, and others wait for what it has locked.
 */
const LONGEST_SILENCE_MS = 60_000;
const CONNECT_MS = 30_000;

/** Connections to a store's database; they are made when they are needed. */
export function makePool({ connectionString, schema }: Address, max: number): PgPool {
  // `onConnect` is awaited, though its type does not say so.
  const prepare = async (client: ClientBase): Promise<void> => {
    await client.query(
      `SET search_path = ${schema};
       SET idle_in_transaction_session_timeout = ${LONGEST_SILENCE_MS};
       SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') IN ('off', 'local')`,
    );
  };
  const config: PoolConfig = {
    connectionString,
    application_name: "trackbridge",
    max,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    onConnect: prepare as (client: ClientBase) => void,
  };
  const pool = new pg.Pool(config);
  // Of a connection that nobody uses; the next use makes another.
  pool.on("error", () => {});
  return pool;
}

/**
 * Makes the transactions of a pool. What `work` throws comes out as it is; all
 * failures of the connection itself are told as failures of the store.
 *
 * @param place names the store where a failure is told
 */
export function makeTransact(pool: PgPool, place: string): Transact {
  return async (work) => {
    const client = await pool.connect().catch((error) => {
      throw toStoreError(place, error);
    });
    let broken: Error | undefined;
    // The first to be told is the one who knows why: what is sent afterwards only hears that there is no connection.
    const onError = (error: Error): void => {
      broken ??= error;
    };
    client.on("error", onError);
    try {
      await send(client, place, "BEGIN ISOLATION LEVEL READ COMMITTED");
      const result = await work(makeWriteSession(client, place));
      // A transaction in which a statement has failed ends without an error, and keeps nothing.
      const ended = await send(client, place, "COMMIT");
      if (ended !== "COMMIT") throw new Error("a statement of the transaction had failed: nothing was kept");
      return result;
    } catch (error) {
      const failure = broken === undefined ? error : toStoreError(place, broken);
      // A connection that cannot even do that is closed.
      if (broken === undefined) await client.query("ROLLBACK").catch(onError);
      throw failure;
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  };
}

/** @returns the command that was done */
async function send(client: ClientBase, place: string, text: string): Promise<string> {
  try {
    return (await client.query(text)).command;
  } catch (error) {
    throw toStoreError(place, error);
  }
}
