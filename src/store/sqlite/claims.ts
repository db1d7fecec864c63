import type { Database } from "better-sqlite3";
import type { Claim, Claims, HeldClaim } from "../claims.ts";
import { ClaimLost } from "../claims.ts";
import type { InTurn } from "./turn.ts";
import { whenFree } from "./when-free.ts";

/** SQLite's clock in epoch milliseconds: the same for all who open the file. */
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/**
 * Who may settle and evaluate what, and the guard of a transaction that relies on it.
 *
 * @param inTurn runs work between the transactions of this connection: within
 *   one, a claim would be lost when it fails
 */
export function makeClaims(
  database: Database,
  inTurn: InTurn,
): {
  readonly claims: Claims;
  readonly assertClaim: (claim: Claim) => Promise<void>;
} {
  const take = database
    .prepare(
      `INSERT INTO claim (subject, owner, token, held_until) VALUES (:subject, :owner, 1, ${NOW} + :leaseMs)
       ON CONFLICT DO UPDATE SET owner = excluded.owner, token = token + 1, held_until = excluded.held_until
         WHERE held_until <= ${NOW}
       RETURNING token`,
    )
    .pluck();
  const renew = database.prepare(
    `UPDATE claim SET held_until = ${NOW} + :leaseMs WHERE subject = :subject AND token = :token AND held_until > 0`,
  );
  const release = database.prepare(
    "UPDATE claim SET held_until = 0 WHERE subject = :subject AND token = :token",
  );
  const listHeld = database.prepare(
    `SELECT subject, owner FROM claim WHERE held_until > ${NOW} ORDER BY subject`,
  );
  const hold = database
    .prepare("SELECT 1 FROM claim WHERE subject = :subject AND token = :token AND held_until > 0")
    .pluck();
  // A claim need not outlive a power cut, because its holder does not: so nobody waits for the disk. The transactions
  // that rely on it do.
  const write = <Result>(statement: () => Result): Promise<Result> =>
    inTurn(async () => {
      database.pragma("synchronous = NORMAL");
      try {
        return await whenFree(database, statement);
      } finally {
        database.pragma("synchronous = FULL");
      }
    });
  return {
    claims: {
      async held() {
        return listHeld.all() as HeldClaim[];
      },
      async take(subject, owner, leaseMs) {
        const token = await write(() => take.get({ subject, owner, leaseMs }) as number | undefined);
        return token === undefined ? undefined : { subject, token };
      },
      async renew({ subject, token }, leaseMs) {
        return write(() => renew.run({ subject, token, leaseMs }).changes === 1);
      },
      async release({ subject, token }) {
        await write(() => release.run({ subject, token }));
      },
    },
    async assertClaim({ subject, token }) {
      if (hold.get({ subject, token }) === undefined) throw new ClaimLost(`${subject} was taken over`);
    },
  };
}
