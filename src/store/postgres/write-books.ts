import { bucketOf } from "../../domain/barcode.ts";
import type { DeliveryWindow } from "../../domain/feed-progress.ts";
import { inKeyOrder } from "../in-key-order.ts";
import type { ChannelProgress, IntakeWriter } from "../intake-access.ts";
import { toBytes, toChannelNumber, toHex } from "../row-codecs.ts";
import { TABLES } from "../tables.ts";
import type { WriteSession } from "./session.ts";
import { toCopy, toStatements } from "./statements.ts";

export const BOOK_SQL = {
  ...toStatements("books", {
    names: "SELECT hash, name FROM intake WHERE bucket = $1 AND hash = ANY ($2::bytea[])",
    lastSeqs:
      "SELECT hash, max(seq) FROM quarantine WHERE bucket = $1 AND hash = ANY ($2::bytea[]) GROUP BY hash",
    release: "DELETE FROM quarantine WHERE bucket = $1 AND hash = $2 AND code = coalesce($3, code)",
    // LEAST and GREATEST pass over NULL.
    add: `INSERT INTO channel_books AS b
        (bucket, channel, intakes, seen, accepted, duplicates, quarantined, first_received_at, watermark)
      VALUES :rows
      ON CONFLICT (bucket, channel) DO UPDATE SET
        intakes = b.intakes + excluded.intakes, seen = b.seen + excluded.seen, accepted = b.accepted + excluded.accepted,
        duplicates = b.duplicates + excluded.duplicates, quarantined = b.quarantined + excluded.quarantined,
        first_received_at = least(b.first_received_at, excluded.first_received_at),
        watermark = greatest(b.watermark, excluded.watermark)`,
    widenWindows: `INSERT INTO delivery_window AS w (bucket, customer_number, first_at, last_at) VALUES :rows
      ON CONFLICT (bucket, customer_number) DO UPDATE SET
        first_at = least(w.first_at, excluded.first_at), last_at = greatest(w.last_at, excluded.last_at)`,
  }),
  quarantine: toCopy("quarantine", TABLES.quarantine.columns),
};

/** What a transaction adds to one row of the books. */
type Addition = Omit<ChannelProgress, "deliveries">;

export interface BookWriter
  extends Pick<IntakeWriter, "saveQuarantined" | "releaseQuarantined" | "saveProgress"> {
  /**
   * Writes what is held back: before the transaction reads it, or ends. Many
   * write to the same few rows, each of which is locked until its writer's
   * transaction ends. Held back until then, and in the order of their keys,
   * they let nobody wait for long, and no two for each other.
   */
  readonly flush: () => Promise<void>;
}

/** The writer of what was set aside, and of the channels' books. */
export function makeBookWriter(session: WriteSession): BookWriter {
  const additions = new Map<string, Addition>();
  const windows = new Map<string, DeliveryWindow>();
  return {
    async saveQuarantined(rows) {
      const lastSeqs = new Map<string, number>();
      const names = new Map<string, string>();
      for (const [bucket, hashes] of toBuckets(rows.map(({ hash }) => hash))) {
        for (const [hash, seq] of await session.rows<[Buffer, number]>(BOOK_SQL.lastSeqs, bucket, hashes)) {
          lastSeqs.set(toHex(hash), seq);
        }
      }
      const nameless = rows.filter(({ name }) => name === null).map(({ hash }) => hash);
      for (const [bucket, hashes] of toBuckets(nameless)) {
        for (const [hash, name] of await session.rows<[Buffer, string]>(BOOK_SQL.names, bucket, hashes)) {
          names.set(toHex(hash), name);
        }
      }
      await session.copy(
        BOOK_SQL.quarantine,
        rows.map(({ hash, line, channel, name, code, message, raw }) => {
          const seq = (lastSeqs.get(hash) ?? 0) + 1;
          lastSeqs.set(hash, seq);
          const texts = [name ?? names.get(hash) ?? "", code, message, raw];
          return [bucketOf(hash), toBytes(hash), seq, line, toChannelNumber(channel), ...texts];
        }),
      );
    },
    async releaseQuarantined(hash, code) {
      return session.run(BOOK_SQL.release, bucketOf(hash), toBytes(hash), code);
    },
    async saveProgress({ deliveries, ...progress }) {
      const key = `${progress.bucket} ${progress.channel}`;
      const before = additions.get(key);
      additions.set(key, before === undefined ? progress : add(before, progress));
      for (const [customerNumber, window] of deliveries) {
        const known = windows.get(customerNumber) ?? window;
        windows.set(customerNumber, {
          firstAt: Math.min(known.firstAt, window.firstAt),
          lastAt: Math.max(known.lastAt, window.lastAt),
        });
      }
    },
    async flush() {
      const books = [...additions.values()]
        .map((addition) => ({ ...addition, number: toChannelNumber(addition.channel) }))
        .sort((a, b) => a.bucket - b.bucket || a.number - b.number)
        .map(({ bucket, number, intakes, rows, firstReceivedAt, lastReceivedAt }) => {
          const { seen, accepted, duplicates, quarantined } = rows;
          return [
            bucket,
            number,
            intakes,
            seen,
            accepted,
            duplicates,
            quarantined,
            firstReceivedAt,
            lastReceivedAt,
          ];
        });
      const wider = inKeyOrder([...windows], ([customerNumber]) => customerNumber).map(
        ({ bucket, key, row: [, { firstAt, lastAt }] }) => [bucket, key, firstAt, lastAt],
      );
      additions.clear();
      windows.clear();
      await session.insert(BOOK_SQL.add, books);
      await session.insert(BOOK_SQL.widenWindows, wider);
    },
  };
}

function add(a: Addition, b: Addition): Addition {
  const firsts = [a.firstReceivedAt, b.firstReceivedAt].filter((at) => at !== null);
  const lasts = [a.lastReceivedAt, b.lastReceivedAt].filter((at) => at !== null);
  return {
    ...a,
    intakes: a.intakes + b.intakes,
    rows: {
      seen: a.rows.seen + b.rows.seen,
      accepted: a.rows.accepted + b.rows.accepted,
      duplicates: a.rows.duplicates + b.rows.duplicates,
      quarantined: a.rows.quarantined + b.rows.quarantined,
    },
    firstReceivedAt: firsts.length === 0 ? null : Math.min(...firsts),
    lastReceivedAt: lasts.length === 0 ? null : Math.max(...lasts),
  };
}

/** Hashes (hex) by bucket, in order: each as bytes, and once. */
export function toBuckets(hashes: readonly string[]): Map<number, Buffer[]> {
  const sorted = inKeyOrder([...new Set(hashes)], (hash) => hash);
  return new Map(
    [...Map.groupBy(sorted, ({ bucket }) => bucket)].map(([bucket, rows]) => [
      bucket,
      rows.map(({ key }) => toBytes(key)),
    ]),
  );
}
