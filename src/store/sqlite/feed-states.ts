import type { Database } from "better-sqlite3";
import type { FeedState, FeedStateReader, FeedStateWriter } from "../feed-state-access.ts";

const COLUMNS = "feed, key, value, changed_at AS changedAt";

export function makeFeedStateReader(database: Database): FeedStateReader {
  const select = database.prepare(`SELECT ${COLUMNS} FROM feed_state WHERE feed = ? AND key = ?`);
  const selectPrefix = database.prepare(
    `SELECT ${COLUMNS} FROM feed_state
     WHERE feed = :feed AND substr(key, 1, length(:prefix)) = :prefix ORDER BY key`,
  );
  return {
    async find(feed, key) {
      return select.get(feed, key) as FeedState | undefined;
    },
    async list(feed, prefix) {
      return selectPrefix.all({ feed, prefix }) as FeedState[];
    },
  };
}

export function makeFeedStateWriter(database: Database): FeedStateWriter {
  const upsert = database.prepare(
    `INSERT INTO feed_state (feed, key, value, changed_at) VALUES (:feed, :key, :value, :changedAt)
     ON CONFLICT DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`,
  );
  const remove = database.prepare("DELETE FROM feed_state WHERE feed = ? AND key = ?");
  return {
    ...makeFeedStateReader(database),
    async save(state) {
      upsert.run(state);
    },
    async drop(feed, key) {
      remove.run(feed, key);
    },
  };
}
