import type { Database } from "better-sqlite3";
import type { Arrival } from "../../domain/arrival.ts";
import { bucketOf } from "../../domain/barcode.ts";
import type { Side } from "../../domain/channel.ts";
import { CHANNELS, sideOf } from "../../domain/channel.ts";
import type { DeliveryWindow } from "../../domain/feed-progress.ts";
import { DAY_MS } from "../../domain/instant.ts";
import type { ChannelBooks, FeedReader } from "../intake-access.ts";
import { fromParts } from "../pack.ts";
import { toBytes, toChannel, toChannelNumber, toHex } from "../row-codecs.ts";

/** The reader of what came in: the channels' books, quarantine, arrivals and raw content. */
export function makeFeedReader(database: Database): FeedReader {
  const selectBooks = database
    .prepare(
      `SELECT channel, sum(intakes), sum(seen), sum(accepted), sum(duplicates), sum(quarantined),
         min(first_received_at), max(watermark)
       FROM channel_books GROUP BY channel`,
    )
    .raw();
  const selectWindows = database
    .prepare("SELECT customer_number, first_at, last_at FROM delivery_window ORDER BY customer_number")
    .raw();
  const selectQuarantined = database
    .prepare(
      `SELECT hash, line, channel, name, code, message, raw FROM quarantine ORDER BY channel, name, line, seq LIMIT ?`,
    )
    .raw();
  // The message is that of the row with the least line: https://sqlite.org/lang_select.html#bareagg
  const selectGroups = database
    .prepare(
      `SELECT channel, name, code, count(*), line, message, min(line * 4294967296 + seq) FROM quarantine
       GROUP BY channel, name, code ORDER BY channel, name, code LIMIT ?`,
    )
    .raw();
  const selectQuarantineDays = database
    .prepare(
      `SELECT q.channel, i.received_at / ${DAY_MS} AS day, count(*) FROM quarantine q
       LEFT JOIN intake i ON i.bucket = q.bucket AND i.hash = q.hash GROUP BY q.channel, day ORDER BY q.channel, day`,
    )
    .raw();
  const selectArrivals = database
    .prepare(
      `SELECT channel, name, received_at, http_status FROM intake
         WHERE bucket = :bucket AND hash = :hash AND received_at IS NOT NULL
       UNION SELECT channel, name, received_at, http_status FROM arrival WHERE bucket = :bucket AND hash = :hash
       ORDER BY received_at, name`,
    )
    .raw();
  const selectKey = database.prepare("SELECT raw_key FROM intake WHERE bucket = ? AND hash = ?").pluck();
  const selectParts = database
    .prepare("SELECT bytes FROM raw_part WHERE bucket = ? AND key = ? ORDER BY part")
    .pluck();

  const books = (): ChannelBooks[] => {
    const rows = new Map((selectBooks.all() as (readonly number[])[]).map((row) => [row[0], row]));
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
    async books() {
      return books();
    },
    async progress() {
      const watermarks: Record<Side, number | null> = { legacy: null, new: null };
      for (const { channel, watermark } of books()) {
        if (watermark === null) continue;
        const side = sideOf(channel);
        watermarks[side] = Math.max(watermarks[side] ?? watermark, watermark);
      }
      const deliveries = new Map<string, DeliveryWindow>();
      for (const [customer, firstAt, lastAt] of selectWindows.all() as [string, number, number][]) {
        deliveries.set(customer, { firstAt, lastAt });
      }
      return { watermarks, deliveries };
    },
    async quarantined(limit) {
      return (selectQuarantined.all(limit) as [Buffer, number, number, string, string, string, string][]).map(
        ([hash, line, channel, name, code, message, raw]) => ({
          hash: toHex(hash),
          line,
          channel: toChannel(channel),
          name,
          code,
          message,
          raw,
        }),
      );
    },
    async quarantineDays() {
      const rows = selectQuarantineDays.all() as [number, number | null, number][];
      return rows.map(([channel, day, count]) => ({ channel: toChannel(channel), day, rows: count }));
    },
    async quarantineGroups(limit) {
      return (selectGroups.all(limit) as [number, string, string, number, number, string][]).map(
        ([channel, name, code, rows, line, message]) => ({
          channel: toChannel(channel),
          name,
          code,
          rows,
          line,
          message,
        }),
      );
    },
    async arrivals(hash) {
      const rows = selectArrivals.all({ bucket: bucketOf(hash), hash: toBytes(hash) }) as [
        number,
        string,
        number,
        number | null,
      ][];
      return rows.map(
        ([channel, name, receivedAt, httpStatus]): Arrival => ({
          channel: toChannel(channel),
          name,
          receivedAt,
          httpStatus,
        }),
      );
    },
    async raw(hash, rawKey) {
      const key = (selectKey.get(bucketOf(hash), toBytes(hash)) as string | undefined) ?? rawKey;
      if (key === undefined || key === null) return undefined;
      return fromParts(selectParts.all(bucketOf(key), key) as Buffer[], key, hash);
    },
  };
}
