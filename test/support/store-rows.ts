import { hash } from "node:crypto";
import type { Arrival } from "../../src/domain/arrival.ts";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf, parseBarcode } from "../../src/domain/barcode.ts";
import type { Channel } from "../../src/domain/channel.ts";
import type { Finding, FindingEvent } from "../../src/domain/finding.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import type { Details } from "../../src/domain/observation.ts";
import { compareText, NO_DETAILS } from "../../src/domain/observation.ts";
import type { EpisodeTally } from "../../src/domain/verdict.ts";
import { NO_EPISODES } from "../../src/domain/verdict.ts";
import { encodeObservation } from "../../src/store/dossier-codec.ts";
import type { ChannelProgress, NewIntake, RawPart } from "../../src/store/intake-access.ts";
import { toRawBytes } from "../../src/store/pack.ts";
import type { ChannelDossier } from "../../src/store/parcel-access.ts";
import type { ParcelOutcome, RunPlan, RunRecord } from "../../src/store/run-access.ts";

/** SHA-256 (hex) of a text or bytes. */
export function hashOf(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

/** The tests' n-th parcel. */
export function parcelOf(n: number): Barcode {
  return parseBarcode(`3SDEVC${String(n).padStart(9, "0")}`, "the tests' parcel");
}

/** Barcodes that share a bucket, in order. */
export function parcelsOfOneBucket(count: number): readonly Barcode[] {
  const first = parcelOf(1);
  const found = [first];
  for (let n = 2; found.length < count; n += 1) {
    if (bucketOf(parcelOf(n)) === bucketOf(first)) found.push(parcelOf(n));
  }
  return found;
}

/** In order of bucket, then barcode: the order of a store's lists. */
export function inStoreOrder<Row extends { readonly barcode: Barcode }>(rows: readonly Row[]): Row[] {
  return rows.toSorted(
    (a, b) => bucketOf(a.barcode) - bucketOf(b.barcode) || compareText(a.barcode, b.barcode),
  );
}

/** An intake whose content lies by itself (see {@link partsOf}); text is taken as UTF-8. */
export function anIntake(content: string | Uint8Array, channel: Channel = "webhook"): NewIntake {
  const bytes = Buffer.from(content);
  const arrival: Arrival = { channel, name: "first", receivedAt: null, httpStatus: null };
  const key = hashOf(bytes);
  return { hash: key, arrival, rows: 1, rawKey: key };
}

/** The raw content of {@link anIntake}, in pieces of `pieceBytes` each; none when it is empty. */
export function partsOf(content: string | Uint8Array, pieceBytes: number = 2 ** 20): readonly RawPart[] {
  const bytes = Buffer.from(content);
  const key = hashOf(bytes);
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, part) => ({
    key,
    part,
    bytes: toRawBytes(bytes.subarray(part * pieceBytes, (part + 1) * pieceBytes)),
  }));
}

export interface KeptWish extends Partial<Omit<KeptObservation, "barcode" | "details" | "identity">> {
  readonly barcode?: Barcode;
  readonly details?: Partial<Details>;
  /** Any text; it is hashed. */
  readonly identity?: string;
}

/** A valid observation as a store keeps it: unless told otherwise a scan of the first parcel. */
export function aKept(wish: KeptWish = {}): KeptObservation {
  const { identity = "one", details, ...rest } = wish;
  return {
    barcode: parcelOf(1),
    channel: "legacy-scan",
    code: "J01",
    at: 1_772_900_000_000,
    laterAt: null,
    nonexistentTime: false,
    precisionMs: 1000,
    receivedAt: 1_772_900_060_000,
    intake: hashOf("an intake"),
    line: 2,
    lastListedAt: null,
    filledLater: null,
    delivery: null,
    ...rest,
    details: { ...NO_DETAILS, ...details },
    identity: hashOf(identity).slice(0, 32),
  };
}

/** What one channel said of a parcel: unless told otherwise one scan of the first. */
export function aDossier(wish: Partial<ChannelDossier> = {}): ChannelDossier {
  const barcode = wish.barcode ?? parcelOf(1);
  const channel = wish.channel ?? "legacy-scan";
  return {
    bucket: bucketOf(barcode),
    channel,
    barcode,
    listedAt: null,
    observations: encodeObservation(aKept({ barcode, channel })),
    ...wish,
  };
}

/** The dossiers that hold these observations and nothing else. */
export function dossiersOf(observations: readonly KeptObservation[]): ChannelDossier[] {
  const groups = Map.groupBy(observations, ({ barcode, channel }) => `${channel} ${barcode}`);
  return [...groups.values()].map((group) => {
    const [{ barcode, channel }] = group as [KeptObservation];
    return aDossier({ barcode, channel, observations: group.map(encodeObservation).join(",") });
  });
}

/** A valid finding: unless told otherwise an open missing status of the first parcel. */
export function aFinding(wish: Partial<Finding> = {}): Finding {
  return {
    id: hashOf("a finding").slice(0, 20),
    kind: "missing_in_new",
    barcode: parcelOf(1),
    severity: "high",
    status: "sorted",
    legacyStatus: null,
    newStatus: null,
    code: null,
    field: null,
    deltaSeconds: null,
    legacyAt: 1_772_900_000_000,
    newAt: null,
    settlesAt: 1_772_907_200_000,
    evidence: {},
    state: "open",
    pendingReason: null,
    legacyEpisodes: 1,
    newEpisodes: 0,
    signature: null,
    knownDifference: null,
    firstSeenAt: 1_772_910_000_000,
    resolvedAt: null,
    reopenCount: 0,
    ...wish,
  };
}

/** A finding's id that begins as given. */
export function findingIdOf(text: string): string {
  return text.padEnd(20, "0");
}

/** A step in the life of {@link aFinding}. */
export function anEvent(wish: Partial<FindingEvent> = {}): FindingEvent {
  return {
    id: aFinding().id,
    barcode: parcelOf(1),
    at: 1_772_910_000_000,
    runId: "run-1",
    from: null,
    to: "open",
    reason: "settled",
    ...wish,
  };
}

export function aTally(wish: Partial<EpisodeTally> = {}): EpisodeTally {
  return { ...NO_EPISODES, ...wish };
}

/** The outcome of a parcel in which nothing was found. */
export function anOutcome(wish: Partial<ParcelOutcome> = {}): ParcelOutcome {
  return {
    barcode: parcelOf(1),
    verdict: "matched",
    tally: { legacy: NO_EPISODES, new: NO_EPISODES },
    observations: 1,
    openFindings: 0,
    dueAt: null,
    awaitsDeliveries: false,
    corrections: 0,
    facts: "[]",
    changed: [],
    events: [],
    ...wish,
  };
}

export function aProgress(wish: Partial<ChannelProgress> = {}): ChannelProgress {
  return {
    channel: "webhook",
    bucket: 0,
    intakes: 0,
    rows: { seen: 0, accepted: 0, duplicates: 0, quarantined: 0 },
    firstReceivedAt: null,
    lastReceivedAt: null,
    deliveries: new Map(),
    ...wish,
  };
}

/** The plan of {@link aRun}: unless told otherwise of a first run over everything. */
export function aPlan(wish: Partial<RunPlan> = {}): RunPlan {
  return {
    runId: "run-1",
    job: null,
    now: 1_772_910_000_000,
    fingerprint: "rules",
    deliveriesFingerprint: "deliveries",
    selection: { kind: "all" },
    exhaustedRules: [],
    rulesChanged: false,
    progress: { watermarks: { legacy: null, new: null }, deliveries: new Map() },
    ...wish,
  };
}

export function aRun(wish: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: "run-1",
    now: 1_772_910_000_000,
    fingerprint: "rules",
    deliveriesFingerprint: "deliveries",
    evaluated: 1,
    verdict: "go",
    ...wish,
  };
}
