import { ClaimLost } from "../claims.ts";
import type { JobReader, JobRun, JobWriter } from "../run-access.ts";
import type { Session, WriteSession } from "./session.ts";
import { toStatements } from "./statements.ts";

const COLUMNS = "job, business_date, state, owner, token, started_at, ended_at, outcome";

export const JOB_SQL = toStatements("jobs", {
  latest: `SELECT ${COLUMNS} FROM job_run WHERE job = $1 ORDER BY business_date DESC LIMIT 1`,
  insert: `INSERT INTO job_run (job, business_date, state, owner, token, started_at)
    VALUES ($1, $2, 'running', $3, $4, $5) ON CONFLICT (job, business_date) DO NOTHING`,
  takeOver: `UPDATE job_run SET owner = $3, token = $4
    WHERE job = $1 AND business_date = $2 AND state = 'running' RETURNING ${COLUMNS}`,
  giveUp: "UPDATE job_run SET state = 'given_up' WHERE job = $1 AND business_date < $2 AND state = 'running'",
  end: `UPDATE job_run SET state = 'ended', ended_at = $4, outcome = $5
    WHERE job = $1 AND business_date = $2 AND token = $3 AND state = 'running'`,
});

type Row = [string, string, JobRun["state"], string, number, number, number | null, string | null];

export function makeJobReader(session: Session): JobReader {
  return {
    async latest(job) {
      const [row] = await session.rows<Row>(JOB_SQL.latest, job);
      return row === undefined ? undefined : toJobRun(row);
    },
  };
}

export function makeJobWriter(session: WriteSession): JobWriter {
  const { latest } = makeJobReader(session);
  return {
    async begin({ job, businessDate, owner, token, startedAt }) {
      if (((await latest(job))?.businessDate ?? "") > businessDate) return undefined;
      await session.run(JOB_SQL.insert, job, businessDate, owner, token, startedAt);
      const [row] = await session.rows<Row>(JOB_SQL.takeOver, job, businessDate, owner, token);
      if (row === undefined) return undefined;
      await session.run(JOB_SQL.giveUp, job, businessDate);
      return toJobRun(row);
    },
    async end({ job, businessDate, token, endedAt, outcome }) {
      if ((await session.run(JOB_SQL.end, job, businessDate, token, endedAt, outcome)) === 1) return;
      throw new ClaimLost(`${job} ${businessDate} was taken over`);
    },
  };
}

function toJobRun([job, businessDate, state, owner, token, startedAt, endedAt, outcome]: Row): JobRun {
  return { job, businessDate, state, owner, token, startedAt, endedAt, outcome };
}
