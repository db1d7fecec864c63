/** Grows by one with every change of the schema; a store of another version is refused or migrated, never guessed at. */
export const SCHEMA_VERSION = 4;

/**
 * The tables. `bucket` leads every key, so that the same schema spreads over
 * workers and shards. Times are UTC epoch milliseconds, hashes raw bytes,
 * channels their position in `CHANNELS`. Texts are as in text.ts, and compare
 * by their bytes on every server.
 */
export const SCHEMA = `
CREATE TABLE raw_part (
  bucket integer NOT NULL,           -- of the key
  key text COLLATE "C" NOT NULL,     -- the hash of a file, or the key of a pack
  part integer NOT NULL,             -- 0, 1, 2 …
  bytes bytea NOT NULL,              -- zstd
  PRIMARY KEY (bucket, key, part)
);
-- Neither gets smaller by compressing.
ALTER TABLE raw_part ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE intake (
  bucket integer NOT NULL,           -- of the hash
  hash bytea NOT NULL,               -- SHA-256 of the content
  channel smallint NOT NULL,
  rows integer NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  received_at bigint,                -- its first arrival: when, under which name, with which status
  name text COLLATE "C" NOT NULL,
  http_status integer,
  PRIMARY KEY (bucket, hash)
);

CREATE TABLE arrival (               -- those after the first
  bucket integer NOT NULL,           -- of the hash
  hash bytea NOT NULL,
  channel smallint NOT NULL,
  received_at bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  http_status integer,
  PRIMARY KEY (bucket, hash, channel, received_at, name)
);

CREATE TABLE event_keys (
  bucket integer NOT NULL,           -- of the event's identity
  seq integer NOT NULL,
  keys bytea NOT NULL,               -- doubles, ascending; see event-keys.ts
  PRIMARY KEY (bucket, seq)
);
ALTER TABLE event_keys ALTER COLUMN keys SET STORAGE EXTERNAL;

-- What came in and is not yet in a dossier. The sequence keeps no numbers back for each connection: what is
-- appended later has the larger number.
CREATE SEQUENCE inbox_seq AS bigint CACHE 1;
CREATE TABLE inbox (
  bucket integer NOT NULL,           -- of the barcode
  seq bigint NOT NULL DEFAULT nextval('inbox_seq'),
  channel smallint NOT NULL,
  records bytea NOT NULL,            -- see inbox-record.ts
  PRIMARY KEY (bucket, seq)
);

-- Deliveries as they came, of which nothing has been read.
CREATE SEQUENCE spool_seq AS bigint CACHE 1;
CREATE TABLE spool (
  bucket integer NOT NULL,           -- of the receiver and the minute
  seq bigint NOT NULL DEFAULT nextval('spool_seq'),
  deliveries bytea NOT NULL,         -- see spool-codec.ts
  PRIMARY KEY (bucket, seq)
);
-- Whoever sends them waits: no time for compressing.
ALTER TABLE spool ALTER COLUMN deliveries SET STORAGE EXTERNAL;

CREATE TABLE dossier (
  bucket integer NOT NULL,           -- of the barcode
  channel smallint NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  listed_at bigint,                  -- newest status API reply that lists the parcel
  observations text COLLATE "C" NOT NULL,  -- see dossier-codec.ts
  PRIMARY KEY (bucket, channel, barcode)
);

CREATE TABLE dirty (                 -- parcels whose dossiers changed since their last evaluation
  bucket integer NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  PRIMARY KEY (bucket, barcode)
);

CREATE TABLE parcel (                -- what the last evaluation said
  bucket integer NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  verdict text COLLATE "C" NOT NULL,
  observations integer NOT NULL,
  open_findings integer NOT NULL,
  due_at bigint,
  awaits_deliveries boolean NOT NULL,
  corrections integer NOT NULL,
  legacy_episodes integer NOT NULL,
  legacy_agreed integer NOT NULL,
  legacy_differing integer NOT NULL,
  legacy_explained integer NOT NULL,
  legacy_lone integer NOT NULL,
  new_episodes integer NOT NULL,
  new_agreed integer NOT NULL,
  new_differing integer NOT NULL,
  new_explained integer NOT NULL,
  new_lone integer NOT NULL,
  PRIMARY KEY (bucket, barcode)
);

-- Partial: they hold only what a nightly run has to look at.
CREATE INDEX parcel_due ON parcel (bucket, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX parcel_corrected ON parcel (bucket, barcode) INCLUDE (corrections) WHERE corrections > 0;
CREATE INDEX parcel_awaiting ON parcel (bucket, barcode) WHERE awaits_deliveries;

CREATE TABLE parcel_sums (           -- the sums of a bucket's parcels; see parcel-sums.ts
  bucket integer PRIMARY KEY,
  matched bigint NOT NULL,
  known bigint NOT NULL,
  mismatched bigint NOT NULL,
  pending bigint NOT NULL,
  not_proven bigint NOT NULL,
  observations bigint NOT NULL,
  legacy_episodes bigint NOT NULL,
  legacy_agreed bigint NOT NULL,
  legacy_differing bigint NOT NULL,
  legacy_explained bigint NOT NULL,
  legacy_lone bigint NOT NULL,
  new_episodes bigint NOT NULL,
  new_agreed bigint NOT NULL,
  new_differing bigint NOT NULL,
  new_explained bigint NOT NULL,
  new_lone bigint NOT NULL
);

CREATE TABLE parcel_facts (          -- what the statistics of the whole store count of a parcel
  bucket integer NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  facts text COLLATE "C" NOT NULL,   -- JSON; see reconcile/facts
  PRIMARY KEY (bucket, barcode)
);

CREATE TABLE group_sums (            -- the sums of those of a group of buckets, in parts that add up
  bucket integer NOT NULL,           -- the group's first
  seq integer NOT NULL,
  sums bytea NOT NULL,               -- see sums-codec.ts
  PRIMARY KEY (bucket, seq)
);

CREATE TABLE finding (
  bucket integer NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  pending_reason text COLLATE "C",
  severity text COLLATE "C" NOT NULL,
  legacy_episodes integer NOT NULL,
  new_episodes integer NOT NULL,
  first_seen_at bigint NOT NULL,
  body text COLLATE "C" NOT NULL,    -- JSON: the rest of it
  PRIMARY KEY (bucket, barcode, id)
);

CREATE TABLE finding_event (
  bucket integer NOT NULL,
  barcode text COLLATE "C" NOT NULL,
  seq integer NOT NULL,              -- 1, 2, 3 … in the life of one parcel
  id text COLLATE "C" NOT NULL,      -- of the finding
  at bigint NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  from_state text COLLATE "C",
  to_state text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (bucket, barcode, seq)
);

CREATE TABLE quarantine (
  bucket integer NOT NULL,           -- of the hash
  hash bytea NOT NULL,
  seq integer NOT NULL,              -- 1, 2, 3 … in one intake: a line may hold several rows
  line integer NOT NULL,
  channel smallint NOT NULL,
  name text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  message text COLLATE "C" NOT NULL,
  raw text COLLATE "C" NOT NULL,
  PRIMARY KEY (bucket, hash, seq)
);

CREATE TABLE channel_books (         -- a channel's books are the sum of its rows
  bucket integer NOT NULL,
  channel smallint NOT NULL,
  intakes bigint NOT NULL,
  seen bigint NOT NULL,
  accepted bigint NOT NULL,
  duplicates bigint NOT NULL,
  quarantined bigint NOT NULL,
  first_received_at bigint,
  watermark bigint,
  PRIMARY KEY (bucket, channel)
);

CREATE TABLE delivery_window (
  bucket integer NOT NULL,           -- of the customer number
  customer_number text COLLATE "C" NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (bucket, customer_number)
);

CREATE SEQUENCE run_seq AS bigint CACHE 1;
CREATE TABLE run (
  seq bigint PRIMARY KEY DEFAULT nextval('run_seq'),
  run_id text COLLATE "C" NOT NULL UNIQUE,
  now bigint NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  deliveries_fingerprint text COLLATE "C" NOT NULL,
  plan text COLLATE "C" NOT NULL,    -- JSON: what all who work on it go by
  evaluated integer,                 -- NULL until it has ended
  verdict text COLLATE "C"
);

CREATE TABLE run_group (             -- the groups of buckets that a run is through with
  run_id text COLLATE "C" NOT NULL,
  bucket_group integer NOT NULL,
  evaluated integer NOT NULL,
  PRIMARY KEY (run_id, bucket_group)
);

CREATE TABLE job_run (
  job text COLLATE "C" NOT NULL,
  business_date text COLLATE "C" NOT NULL,  -- 2026-03-20
  state text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  token bigint NOT NULL,             -- of the claim under which it was begun or taken over
  started_at bigint NOT NULL,
  ended_at bigint,
  outcome text COLLATE "C",
  PRIMARY KEY (job, business_date)
);

CREATE TABLE feed_state (            -- what feeds remember between two fetches
  feed text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,   -- JSON
  changed_at bigint NOT NULL,
  PRIMARY KEY (feed, key)
);

CREATE TABLE claim (
  subject text COLLATE "C" PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  token bigint NOT NULL,
  held_until bigint NOT NULL         -- by the clock of the server
);

CREATE TABLE schema_version (
  version integer PRIMARY KEY
);

CREATE TABLE store_info (            -- one row
  store_id text COLLATE "C" PRIMARY KEY,  -- made with the store
  copied_from text COLLATE "C",      -- the store that this one is a copy of
  is_partial boolean NOT NULL        -- until the copy has ended
);
INSERT INTO store_info VALUES (replace(gen_random_uuid()::text, '-', ''), NULL, false);

CREATE TABLE copy_mark (             -- what a copy that has not ended has brought here; see tables.ts
  table_name text COLLATE "C" NOT NULL,
  bucket_group integer NOT NULL,
  rows bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  PRIMARY KEY (table_name, bucket_group)
);
`;

/** Tables that are spread by `bucket` where the database is distributed; a bucket's rows of all of them lie on one node. */
export const DISTRIBUTED_TABLES = [
  "dossier",
  "dirty",
  "inbox",
  "spool",
  "parcel",
  "parcel_sums",
  "parcel_facts",
  "group_sums",
  "finding",
  "finding_event",
  "intake",
  "arrival",
  "raw_part",
  "event_keys",
  "quarantine",
  "channel_books",
  "delivery_window",
] as const;

/** Small ones, of which every node has a copy. */
export const REFERENCE_TABLES = [
  "run",
  "run_group",
  "job_run",
  "feed_state",
  "claim",
  "schema_version",
  "store_info",
  "copy_mark",
] as const;
