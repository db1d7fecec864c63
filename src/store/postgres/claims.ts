import type { Claim, Claims } from "../claims.ts";
import { ClaimLost } from "../claims.ts";
import type { Session, WriteSession } from "./session.ts";
import { toStatements } from "./statements.ts";

const LOCK = "hashtextextended($1, 0)";
const LIMIT = "set_config('idle_in_transaction_session_timeout', $2, true)";

export const CLAIM_SQL = toStatements("claims", {
  clock: "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
  listHeld: 'SELECT subject, owner FROM claim WHERE held_until > $1 ORDER BY subject COLLATE "C"',
  heldUntil: "SELECT held_until FROM claim WHERE subject = $1",
  take: `INSERT INTO claim (subject, owner, token, held_until) VALUES ($1, $2, 1, $3)
    ON CONFLICT (subject) DO UPDATE
      SET owner = excluded.owner, token = claim.token + 1, held_until = excluded.held_until
      WHERE claim.held_until <= $4
    RETURNING token`,
  renew:
    "UPDATE claim SET held_until = $3 WHERE subject = $1 AND token = $2 AND held_until > 0 RETURNING token",
  release: "UPDATE claim SET held_until = 0 WHERE subject = $1 AND token = $2",
  hold: "SELECT held_until FROM claim WHERE subject = $1 AND token = $2 AND held_until > 0",
  // Lock and limit in one statement: who is stopped behind it holds the lock already.
  tryLock: `SELECT pg_try_advisory_xact_lock(${LOCK}), ${LIMIT}`,
  lockShared: `SELECT pg_advisory_xact_lock_shared(${LOCK}), ${LIMIT}`,
  limitSilence: "SELECT set_config('idle_in_transaction_session_timeout', $1, true)",
  // An advisory lock is shown by the halves of its number.
  endHolders: `SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = (${LOCK} >> 32) & 4294967295 AND objid::bigint = ${LOCK} & 4294967295`,
});

/**
 * A transaction that relies on a claim may stand still for what is left of
 * the claim, and this at the least. Then the server ends it: otherwise who is
 * stopped within one would keep the others out for good.
 */
const LEAST_SILENCE_MS = 5_000;
const LEAST_SILENCE = String(LEAST_SILENCE_MS);

/**
 * Who may settle and evaluate what, and the guard of a transaction that relies on it.
 *
 * The guard is an advisory lock, not a lock of the claim's row. A distributed
 * database locks the whole of a reference table for `FOR UPDATE` and `FOR
 * SHARE`, so that all transactions would wait for each other and renewals for
 * all of them; and a row lock ends when its own node has committed, an
 * advisory lock when all nodes have. It holds on the node that we are
 * connected to, so that all must connect to the same: the coordinator.
 *
 * For the same reason the clock is asked by itself, and passed on: a copy of
 * the table may be read on any node, and no function of the time may stand in
 * what is written to all of them. It is read before the lock is waited for,
 * which errs on the side of those who hold the claim.
 *
 * @param schema tells the locks of several stores in one database apart
 */
export function makeClaims(
  schema: string,
  reader: Session,
  transaction: <Result>(work: (session: WriteSession) => Promise<Result>) => Promise<Result>,
): {
  readonly claims: Claims;
  readonly assertClaim: (session: Session, claim: Claim) => Promise<void>;
} {
  const toLock = (subject: string): string => `trackbridge ${schema} claim ${subject}`;
  const readClock = async (session: Session): Promise<number> => {
    const [row] = await session.rows<[number]>(CLAIM_SQL.clock);
    if (row === undefined) throw new Error("the server has no clock");
    return row[0];
  };
  return {
    claims: {
      async held() {
        const rows = await reader.rows<[string, string]>(CLAIM_SQL.listHeld, await readClock(reader));
        return rows.map(([subject, owner]) => ({ subject, owner }));
      },
      async take(subject, owner, leaseMs) {
        const now = await readClock(reader);
        const [held] = await reader.rows<[number]>(CLAIM_SQL.heldUntil, subject);
        if (held !== undefined && held[0] > now) return undefined;
        return transaction(async (session) => {
          const [locked] = await session.rows<[boolean]>(CLAIM_SQL.tryLock, toLock(subject), LEAST_SILENCE);
          if (locked?.[0] !== true) {
            // A transaction relies on the claim, though it has run out. No time-out ends one whose data the
            // server waits for in the middle of a statement.
            const ranOut = held?.[0] ?? 0;
            const isStopped = ranOut > 0 && ranOut + LEAST_SILENCE_MS < now;
            if (isStopped) await session.rows(CLAIM_SQL.endHolders, toLock(subject));
            return undefined;
          }
          const [taken] = await session.rows<[number]>(CLAIM_SQL.take, subject, owner, now + leaseMs, now);
          return taken === undefined ? undefined : { subject, token: taken[0] };
        });
      },
      // Each a statement by itself: who is stopped in the middle of a transaction would keep the claim's row locked.
      async renew({ subject, token }, leaseMs) {
        const until = (await readClock(reader)) + leaseMs;
        return (await reader.rows(CLAIM_SQL.renew, subject, token, until)).length === 1;
      },
      async release({ subject, token }) {
        await reader.rows(CLAIM_SQL.release, subject, token);
      },
    },
    async assertClaim(session, { subject, token }) {
      await session.rows(CLAIM_SQL.lockShared, toLock(subject), LEAST_SILENCE);
      // After the lock, and in a statement of its own: it sees what the last one to take the claim has committed.
      const [held] = await session.rows<[number]>(CLAIM_SQL.hold, subject, token);
      if (held === undefined) throw new ClaimLost(`${subject} was taken over`);
      const left = held[0] - (await readClock(session));
      await session.rows(CLAIM_SQL.limitSilence, String(Math.max(left, LEAST_SILENCE_MS)));
    },
  };
}
