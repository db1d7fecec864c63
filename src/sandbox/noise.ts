/** What makes the feeds untidy and must never be a finding. */
export const NOISE_KINDS = [
  /** Byte-order marks, CR LF, Windows-1252, trailers with a count. */
  "file_format",
  /** Lower case and blanks around barcodes in scan files. */
  "barcode_form",
  /** The old form of a code: `01J` for `J01`. */
  "digits_first",
  "several_scans",
  "notices",
  /** Scan rows with empty detail columns. */
  "sparse_rows",
  /** The same scan row again, in the same file or the next. */
  "repeated_rows",
  /** A whole file again under another name. */
  "resent_files",
  /** Rows that come one file late, and files that come hours late. */
  "late_scans",
  /** Rows that come again with another product code. */
  "corrected_files",
  /** A cut copy of a file whose trailer gives it away: all its rows are quarantined. */
  "damaged_files",
  /** Rows and messages that cannot be read: quarantined. */
  "malformed",
  /** Rows of a file in no order. */
  "shuffle",
  /** A scan that only API v2 reports. */
  "witness_gap",
  /** The same webhook delivery again. */
  "redelivery",
  /** Webhook deliveries up to 90 minutes late. */
  "out_of_order",
  /** The same event id with another body: the second is quarantined. */
  "event_id_conflict",
  /** A status again, with a later timestamp and an event id of its own. */
  "repeats",
  /** Both sides' clocks differ by up to 120 s. */
  "clock_skew",
  /** Milliseconds in webhook timestamps. */
  "precision",
  /** Timestamps of the new side with other offsets than the Dutch. */
  "zones",
  /** Details that are absent, null or `{}`. */
  "sparse_details",
  "extra_fields",
  /** Error replies of the APIs (429). */
  "api_errors",
  /** Requests for a barcode that the API does not know (yet). */
  "not_found",
  "updated_shipments",
  "multi_collo",
  /** Scans in the repeated hour of autumn and the skipped hour of spring, if the world crosses them. */
  "clock_change",
] as const;
export type NoiseKind = (typeof NOISE_KINDS)[number];

export type Noise = Readonly<Record<NoiseKind, boolean>>;

/** All kinds, none, or (a record) only those that are set. */
export function toNoise(wanted: boolean | Partial<Record<NoiseKind, boolean>>): Noise {
  const isOn = (kind: NoiseKind) => (typeof wanted === "boolean" ? wanted : (wanted[kind] ?? false));
  return Object.fromEntries(NOISE_KINDS.map((kind) => [kind, isOn(kind)])) as Record<NoiseKind, boolean>;
}
