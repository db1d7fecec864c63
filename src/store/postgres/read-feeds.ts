import type { Arrival } from "../../domain/arrival.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { Side } from "../../domain/channel.ts";
import { CHANNELS, sideOf } from "../../domain/channel.ts";
import type { DeliveryWindow } from "../../domain/feed-progress.ts";
import type { ChannelBooks, FeedReader } from "../intake-access.ts";
import { fromParts } from "../pack.ts";
import { toBytes, toChannel, toChannelNumber, toHex } from "../row-codecs.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

export const FEED_SQL = toStatements("feeds", {
  books: `SELECT channel, sum(intakes)::bigint, sum(seen)::bigint, sum(accepted)::bigint, sum(duplicates)::bigint,
      sum(quarantined)::bigint, min(first_received_at), max(watermark)
    FROM channel_books GROUP BY channel`,
  windows: "SELECT customer_number, first_at, last_at FROM delivery_window ORDER BY customer_number",
  quarantined: `SELECT hash, line, channel, name, code, message, raw FROM quarantine
    ORDER BY channel, name, line, seq, bucket, hash LIMIT $1`,
  // The message is that of the least line. It stands behind the line because a distributed database has a least
  // text of all nodes, and no first one; the key between them is as long in every row.
  groups: `SELECT channel, name, code, count(*), min(line),
      substr(min(lpad(line::text, 10, '0') || lpad(seq::text, 10, '0') || lpad(bucket::text, 4, '0')
        || encode(hash, 'hex') || message), 89)
    FROM quarantine GROUP BY channel, name, code ORDER BY channel, name, code LIMIT $1`,
  quarantineDays: `SELECT q.channel, i.received_at / 86400000 AS day, count(*) FROM quarantine q
    LEFT JOIN intake i ON i.bucket = q.bucket AND i.hash = q.hash
    GROUP BY q.channel, day ORDER BY q.channel, day NULLS FIRST`,
  arrivals: `SELECT channel, name, received_at, http_status FROM intake
      WHERE bucket = $1 AND hash = $2 AND received_at IS NOT NULL
    UNION SELECT channel, name, received_at, http_status FROM arrival WHERE bucket = $1 AND hash = $2
    ORDER BY received_at, name, channel, http_status NULLS FIRST`,
  rawKey: "SELECT raw_key FROM intake WHERE bucket = $1 AND hash = $2",
  rawParts: "SELECT bytes FROM raw_part WHERE bucket = $1 AND key = $2 ORDER BY part",
});

/** The reader of what came in: the channels' books, quarantine, arrivals and raw content. */
export function makeFeedReader(session: Session): FeedReader {
  const books = async (): Promise<ChannelBooks[]> => {
    const summed = await session.rows<readonly [number, ...(number | null)[]]>(FEED_SQL.books);
    const rows = new Map(summed.map((row) => [row[0], row]));
    return CHANNELS.map((channel) => {
      const row = rows.get(toChannelNumber(channel));
      return {
        channel,
        intakes: row?.[1] ?? 0,
        seen: row?.[2] ?? 0,
        accepted: row?.[3] ?? 0,
        duplicates: row?.[4] ?? 0,
        quarantined: row?.[5] ?? 0,
        firstReceivedAt: row?.[6] ?? null,
        watermark: row?.[7] ?? null,
      };
    });
  };

  return {
    books,
    async progress() {
      const watermarks: Record<Side, number | null> = { legacy: null, new: null };
      for (const { channel, watermark } of await books()) {
        if (watermark === null) continue;
        const side = sideOf(channel);
        watermarks[side] = Math.max(watermarks[side] ?? watermark, watermark);
      }
      const deliveries = new Map<string, DeliveryWindow>();
      for (const [customer, firstAt, lastAt] of await session.rows<[string, number, number]>(
        FEED_SQL.windows,
      )) {
        deliveries.set(customer, { firstAt, lastAt });
      }
      return { watermarks, deliveries };
    },
    async quarantined(limit) {
      const rows = await session.rows<[Buffer, number, number, string, string, string, string]>(
        FEED_SQL.quarantined,
        limit,
      );
      return rows.map(([hash, line, channel, name, code, message, raw]) => ({
        hash: toHex(hash),
        line,
        channel: toChannel(channel),
        name: name,
        code,
        message: message,
        raw: raw,
      }));
    },
    async quarantineDays() {
      const rows = await session.rows<[number, number | null, number]>(FEED_SQL.quarantineDays);
      return rows.map(([channel, day, count]) => ({ channel: toChannel(channel), day, rows: count }));
    },
    async quarantineGroups(limit) {
      const groups = await session.rows<[number, string, string, number, number, string]>(
        FEED_SQL.groups,
        limit,
      );
      return groups.map(([channel, name, code, rows, line, message]) => ({
        channel: toChannel(channel),
        name: name,
        code,
        rows,
        line,
        message: message,
      }));
    },
    async arrivals(hash) {
      const rows = await session.rows<[number, string, number, number | null]>(
        FEED_SQL.arrivals,
        bucketOf(hash),
        toBytes(hash),
      );
      return rows.map(
        ([channel, name, receivedAt, httpStatus]): Arrival => ({
          channel: toChannel(channel),
          name: name,
          receivedAt,
          httpStatus,
        }),
      );
    },
    async raw(hash, rawKey) {
      const [place] = await session.rows<[string]>(FEED_SQL.rawKey, bucketOf(hash), toBytes(hash));
      const key = place?.[0] ?? rawKey;
      if (key === undefined || key === null) return undefined;
      const parts = await session.rows<[Buffer]>(FEED_SQL.rawParts, bucketOf(key), key);
      return fromParts(
        parts.map(([bytes]) => bytes),
        key,
        hash,
      );
    },
  };
}
