import type { FeedState, FeedStateReader, FeedStateWriter } from "../feed-state-access.ts";
import type { Session, WriteSession } from "./session.ts";
import { toStatements } from "./statements.ts";

const COLUMNS = "feed, key, value, changed_at";

export const FEED_STATE_SQL = toStatements("feedStates", {
  find: `SELECT ${COLUMNS} FROM feed_state WHERE feed = $1 AND key = $2`,
  list: `SELECT ${COLUMNS} FROM feed_state WHERE feed = $1 AND starts_with(key, $2) ORDER BY key`,
  save: `INSERT INTO feed_state (${COLUMNS}) VALUES ($1, $2, $3, $4)
    ON CONFLICT (feed, key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
  drop: "DELETE FROM feed_state WHERE feed = $1 AND key = $2",
});

type Row = [string, string, string, number];

export function makeFeedStateReader(session: Session): FeedStateReader {
  return {
    async find(feed, key) {
      const [row] = await session.rows<Row>(FEED_STATE_SQL.find, feed, key);
      return row === undefined ? undefined : toFeedState(row);
    },
    async list(feed, prefix) {
      return (await session.rows<Row>(FEED_STATE_SQL.list, feed, prefix)).map(toFeedState);
    },
  };
}

export function makeFeedStateWriter(session: WriteSession): FeedStateWriter {
  return {
    ...makeFeedStateReader(session),
    async save({ feed, key, value, changedAt }) {
      await session.run(FEED_STATE_SQL.save, feed, key, value, changedAt);
    },
    async drop(feed, key) {
      await session.run(FEED_STATE_SQL.drop, feed, key);
    },
  };
}

function toFeedState([feed, key, value, changedAt]: Row): FeedState {
  return { feed, key, value, changedAt };
}
