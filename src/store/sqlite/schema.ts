/** Grows by one with every change of the schema; a store of another version is refused or migrated, never guessed at. */
export const SCHEMA_VERSION = 5;

/**
 * The tables. `bucket` leads every key, so that the same schema spreads over
 * threads, workers and shards. Times are UTC epoch milliseconds, hashes raw
 * bytes, channels their position in `CHANNELS`.
 *
 * `WITHOUT ROWID`: rows lie in key order, so that one bucket, and in it one
 * parcel, is one stretch of the file.
 */
export const SCHEMA = `
CREATE TABLE raw_part (
  bucket INTEGER NOT NULL,           -- of the key
  key TEXT NOT NULL,                 -- the hash of a file, or the key of a pack
  part INTEGER NOT NULL,             -- 0, 1, 2 …
  bytes BLOB NOT NULL,               -- zstd
  UNIQUE (bucket, key, part)
) STRICT;

CREATE TABLE intake (
  bucket INTEGER NOT NULL,           -- of the hash
  hash BLOB NOT NULL,                -- SHA-256 of the content
  channel INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  raw_key TEXT NOT NULL,
  received_at INTEGER,               -- its first arrival: when, under which name, with which status
  name TEXT NOT NULL,
  http_status INTEGER,
  PRIMARY KEY (bucket, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrival (               -- those after the first
  bucket INTEGER NOT NULL,           -- of the hash
  hash BLOB NOT NULL,
  channel INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  name TEXT NOT NULL,
  http_status INTEGER,
  PRIMARY KEY (bucket, hash, channel, received_at, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_keys (
  bucket INTEGER NOT NULL,           -- of the event's identity
  seq INTEGER NOT NULL,
  keys BLOB NOT NULL,                -- doubles, ascending; see event-keys.ts
  PRIMARY KEY (bucket, seq)
) STRICT;

-- What came in and is not yet in a dossier.
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket INTEGER NOT NULL,           -- of the barcode
  channel INTEGER NOT NULL,
  records BLOB NOT NULL              -- see inbox-record.ts
) STRICT;
CREATE INDEX inbox_bucket ON inbox (bucket);

-- Deliveries as they came, of which nothing has been read.
CREATE TABLE spool (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket INTEGER NOT NULL,           -- of the receiver and the minute
  deliveries BLOB NOT NULL           -- see spool-codec.ts
) STRICT;
CREATE INDEX spool_bucket ON spool (bucket);

CREATE TABLE dossier (
  bucket INTEGER NOT NULL,           -- of the barcode
  channel INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  listed_at INTEGER,                 -- newest status API reply that lists the parcel
  observations TEXT NOT NULL,        -- see dossier-codec.ts
  PRIMARY KEY (bucket, channel, barcode)
) STRICT, WITHOUT ROWID;

CREATE TABLE dirty (                 -- parcels whose dossiers changed since their last evaluation
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  PRIMARY KEY (bucket, barcode)
) STRICT, WITHOUT ROWID;

CREATE TABLE parcel (                -- what the last evaluation said
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  verdict TEXT NOT NULL,
  observations INTEGER NOT NULL,
  open_findings INTEGER NOT NULL,
  due_at INTEGER,
  awaits_deliveries INTEGER NOT NULL,
  corrections INTEGER NOT NULL,
  legacy_episodes INTEGER NOT NULL,
  legacy_agreed INTEGER NOT NULL,
  legacy_differing INTEGER NOT NULL,
  legacy_explained INTEGER NOT NULL,
  legacy_lone INTEGER NOT NULL,
  new_episodes INTEGER NOT NULL,
  new_agreed INTEGER NOT NULL,
  new_differing INTEGER NOT NULL,
  new_explained INTEGER NOT NULL,
  new_lone INTEGER NOT NULL,
  PRIMARY KEY (bucket, barcode)
) STRICT, WITHOUT ROWID;

-- Partial: they hold only what a nightly run has to look at.
CREATE INDEX parcel_due ON parcel (bucket, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX parcel_corrected ON parcel (bucket, barcode, corrections) WHERE corrections > 0;
CREATE INDEX parcel_awaiting ON parcel (bucket, barcode) WHERE awaits_deliveries = 1;

CREATE TABLE parcel_sums (           -- the sums of a bucket's parcels; see parcel-sums.ts
  bucket INTEGER PRIMARY KEY,
  matched INTEGER NOT NULL,
  known INTEGER NOT NULL,
  mismatched INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  not_proven INTEGER NOT NULL,
  observations INTEGER NOT NULL,
  legacy_episodes INTEGER NOT NULL,
  legacy_agreed INTEGER NOT NULL,
  legacy_differing INTEGER NOT NULL,
  legacy_explained INTEGER NOT NULL,
  legacy_lone INTEGER NOT NULL,
  new_episodes INTEGER NOT NULL,
  new_agreed INTEGER NOT NULL,
  new_differing INTEGER NOT NULL,
  new_explained INTEGER NOT NULL,
  new_lone INTEGER NOT NULL
) STRICT;

CREATE TABLE parcel_facts (          -- what the statistics of the whole store count of a parcel
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  facts TEXT NOT NULL,               -- JSON; see reconcile/facts
  PRIMARY KEY (bucket, barcode)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_sums (            -- the sums of those of a group of buckets, in parts that add up
  bucket INTEGER NOT NULL,           -- the group's first
  seq INTEGER NOT NULL,
  sums BLOB NOT NULL,                -- see sums-codec.ts
  PRIMARY KEY (bucket, seq)
) STRICT;

CREATE TABLE finding (
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  pending_reason TEXT,
  severity TEXT NOT NULL,
  legacy_episodes INTEGER NOT NULL,
  new_episodes INTEGER NOT NULL,
  first_seen_at INTEGER NOT NULL,
  body TEXT NOT NULL,                -- JSON: the rest of it
  PRIMARY KEY (bucket, barcode, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_event (
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  seq INTEGER NOT NULL,              -- 1, 2, 3 … in the life of one parcel
  id TEXT NOT NULL,                  -- of the finding
  at INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (bucket, barcode, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  bucket INTEGER NOT NULL,           -- of the hash
  hash BLOB NOT NULL,
  seq INTEGER NOT NULL,              -- 1, 2, 3 … in one intake: a line may hold several rows
  line INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  raw TEXT NOT NULL,
  PRIMARY KEY (bucket, hash, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE channel_books (         -- a channel's books are the sum of its rows
  bucket INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  intakes INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  first_received_at INTEGER,
  watermark INTEGER,
  PRIMARY KEY (bucket, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_window (
  bucket INTEGER NOT NULL,           -- of the customer number
  customer_number TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (bucket, customer_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  now INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  deliveries_fingerprint TEXT NOT NULL,
  plan TEXT NOT NULL,                -- JSON: what all who work on it go by
  evaluated INTEGER,                 -- NULL until it has ended
  verdict TEXT
) STRICT;

CREATE TABLE run_group (             -- the groups of buckets that a run is through with
  run_id TEXT NOT NULL,
  bucket_group INTEGER NOT NULL,
  evaluated INTEGER NOT NULL,
  PRIMARY KEY (run_id, bucket_group)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_run (
  job TEXT NOT NULL,
  business_date TEXT NOT NULL,       -- 2026-03-20
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  token INTEGER NOT NULL,            -- of the claim under which it was begun or taken over
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  PRIMARY KEY (job, business_date)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_state (            -- what feeds remember between two fetches
  feed TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,               -- JSON
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
  subject TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  token INTEGER NOT NULL,
  held_until INTEGER NOT NULL        -- by the clock of the store
) STRICT, WITHOUT ROWID;

CREATE TABLE store_info (            -- one row
  store_id TEXT PRIMARY KEY,         -- made with the store
  copied_from TEXT,                  -- the store that this one is a copy of
  is_partial INTEGER NOT NULL        -- 1 until the copy has ended
) STRICT;
INSERT INTO store_info VALUES (lower(hex(randomblob(16))), NULL, 0);

CREATE TABLE copy_mark (             -- what a copy that has not ended has brought here; see tables.ts
  table_name TEXT NOT NULL,
  bucket_group INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (table_name, bucket_group)
) STRICT, WITHOUT ROWID;
`;
