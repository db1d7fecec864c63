/** Grows by one with every change of the schema; a store of another version is refused or migrated, never guessed at. */
export const SCHEMA_VERSION = 1;

/**
 * The tables. `bucket` leads every key, so that the same schema spreads over
 * threads, workers and shards. Times are UTC epoch milliseconds, hashes and
 * identities raw bytes, channels their position in `CHANNELS`.
 *
 * `WITHOUT ROWID`: rows lie in key order, so that one bucket, and in it one
 * parcel, is one stretch of the file.
 */
export const SCHEMA = `
CREATE TABLE raw_chunk (
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL                -- zstd
) STRICT;

CREATE TABLE intake (
  bucket INTEGER NOT NULL,           -- of the hash
  hash BLOB NOT NULL,                -- SHA-256 of the content
  channel INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  raw_chunk INTEGER NOT NULL,        -- the first chunk that holds it
  raw_offset INTEGER NOT NULL,       -- where it begins there, decompressed
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

CREATE TABLE event (
  bucket INTEGER NOT NULL,           -- of the identity
  identity BLOB NOT NULL,            -- made from the event id
  hash BLOB NOT NULL,                -- the intake that counts
  received_at INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  PRIMARY KEY (bucket, identity)
) STRICT, WITHOUT ROWID;

-- With a rowid: rows of several kilobytes lie whole in a leaf, and new parcels are added at the end.
CREATE TABLE dossier (
  bucket INTEGER NOT NULL,           -- of the barcode
  barcode TEXT NOT NULL,
  observations TEXT NOT NULL,        -- JSON arrays joined by commas; see dossier-codec.ts
  UNIQUE (bucket, barcode)
) STRICT;

CREATE TABLE parcel (
  bucket INTEGER NOT NULL,
  barcode TEXT NOT NULL,
  listed_at INTEGER,                 -- newest status API reply that lists it
  dirty INTEGER NOT NULL,            -- observations came since the last evaluation
  verdict TEXT,                      -- NULL until evaluated
  observations INTEGER NOT NULL DEFAULT 0,
  open_findings INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  awaits_deliveries INTEGER NOT NULL DEFAULT 0,
  corrections INTEGER NOT NULL DEFAULT 0,
  legacy_episodes INTEGER NOT NULL DEFAULT 0,
  legacy_agreed INTEGER NOT NULL DEFAULT 0,
  legacy_differing INTEGER NOT NULL DEFAULT 0,
  legacy_explained INTEGER NOT NULL DEFAULT 0,
  legacy_lone INTEGER NOT NULL DEFAULT 0,
  new_episodes INTEGER NOT NULL DEFAULT 0,
  new_agreed INTEGER NOT NULL DEFAULT 0,
  new_differing INTEGER NOT NULL DEFAULT 0,
  new_explained INTEGER NOT NULL DEFAULT 0,
  new_lone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, barcode)
) STRICT, WITHOUT ROWID;

-- Partial: they hold only what a nightly run has to look at.
CREATE INDEX parcel_dirty ON parcel (bucket, barcode) WHERE dirty = 1;
CREATE INDEX parcel_due ON parcel (bucket, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX parcel_corrected ON parcel (bucket, barcode, corrections) WHERE corrections > 0;
CREATE INDEX parcel_awaiting ON parcel (bucket, barcode) WHERE awaits_deliveries = 1;

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

CREATE TABLE channel_books (
  channel INTEGER PRIMARY KEY,
  intakes INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  first_received_at INTEGER,
  watermark INTEGER
) STRICT;

CREATE TABLE delivery_window (
  customer_number TEXT PRIMARY KEY,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  now INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  deliveries_fingerprint TEXT NOT NULL,
  evaluated INTEGER NOT NULL,
  verdict TEXT NOT NULL
) STRICT;
`;
