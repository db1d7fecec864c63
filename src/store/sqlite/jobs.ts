import type { Database } from "better-sqlite3";
import { ClaimLost } from "../claims.ts";
import type { JobReader, JobRun, JobWriter } from "../run-access.ts";

const COLUMNS = `job, business_date AS businessDate, state, owner, token,
  started_at AS startedAt, ended_at AS endedAt, outcome`;

export function makeJobReader(database: Database): JobReader {
  const selectLatest = database.prepare(
    `SELECT ${COLUMNS} FROM job_run WHERE job = ? ORDER BY business_date DESC LIMIT 1`,
  );
  return {
    async latest(job) {
      return selectLatest.get(job) as JobRun | undefined;
    },
  };
}

export function makeJobWriter(database: Database): JobWriter {
  const begin = database.prepare(
    `INSERT INTO job_run (job, business_date, state, owner, token, started_at)
     SELECT :job, :businessDate, 'running', :owner, :token, :startedAt
     WHERE NOT EXISTS (SELECT 1 FROM job_run WHERE job = :job AND business_date > :businessDate)
     ON CONFLICT DO UPDATE SET owner = excluded.owner, token = excluded.token WHERE state = 'running'
     RETURNING ${COLUMNS}`,
  );
  const giveUp = database.prepare(
    `UPDATE job_run SET state = 'given_up'
     WHERE job = :job AND business_date < :businessDate AND state = 'running'`,
  );
  const end = database.prepare(
    `UPDATE job_run SET state = 'ended', ended_at = :endedAt, outcome = :outcome
     WHERE job = :job AND business_date = :businessDate AND token = :token AND state = 'running'`,
  );
  return {
    async begin(start) {
      const run = begin.get(start) as JobRun | undefined;
      if (run !== undefined) giveUp.run(start);
      return run;
    },
    async end(ending) {
      if (end.run(ending).changes === 1) return;
      throw new ClaimLost(`${ending.job} ${ending.businessDate} was taken over`);
    },
  };
}
