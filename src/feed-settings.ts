import { z } from "zod";
import { SECRET } from "./secrets.ts";

const name = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "a short name of letters, digits, - and _");
const customerNumber = z.string().regex(/^[0-9]{1,10}$/, "a customer number: digits");

const requests = z.number().int().min(0).max(100_000);

/** How a scan file on the server is known to be complete. */
const COMPLETE = z.union(
  [
    /** It is written under a temporary name and renamed. */
    z.literal("rename"),
    /** A file of the same name with this behind it lies beside it. */
    z.strictObject({ semaphore: z.string().min(1) }),
    /** Its size and time have not changed for so long. */
    z.strictObject({ stableSeconds: z.number().positive() }),
  ],
  { error: "rename, { semaphore: .done } or { stableSeconds: 60 }" },
);

/** A folder of scan files on an SFTP server. */
const SCAN_FILES = z.strictObject({
  /** In messages, the ledger of files and the file calendar. */
  name,
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(22),
  user: z.string().min(1),
  folder: z.string().startsWith("/", "an absolute path on the server"),
  /** Name or path of the files' layout; the configured one without it. */
  layout: z.string().optional(),
  /** SHA-256 fingerprints of the server's host key as OpenSSH prints them; two while it is being changed. */
  hostKeys: z.array(z.string()).default([]),
  /** Either a password, or a private key. */
  password: SECRET.optional(),
  privateKey: SECRET.optional(),
  passphrase: SECRET.optional(),
  complete: COMPLETE.default("rename"),
});

/** Shippingstatus v2. */
const LEGACY_API = z.strictObject({
  url: z.string(),
  apiKey: SECRET,
  /** Whose changed parcels are asked for. */
  customers: z.array(customerNumber).min(1, "at least one customer number"),
  /** Single parcels asked for in one pull at most; the others wait for the next. */
  requestsPerPull: requests.default(1000),
});

/** Shippingstatus v4. Which of the secrets are needed is said by the contract's factors. */
const STATUS_API = z.strictObject({
  url: z.string(),
  apiKey: SECRET.optional(),
  /** Whose changed parcels are asked for. */
  customers: z
    .array(z.strictObject({ number: customerNumber, code: z.string().min(1) }))
    .min(1, "at least one customer"),
  /** How far back the very first pull asks. */
  firstPullHours: z.number().positive().max(2160).default(48),
  /** Single parcels asked for in one sweep at most; the others wait for the next. */
  requestsPerSweep: requests.default(200),
});

/** What `pull` and the workers fetch; nothing of it is needed where data is imported or pushed only. */
export const FEEDS = z.strictObject({
  scanFiles: z.array(SCAN_FILES).default([]),
  legacyApi: LEGACY_API.optional(),
  statusApi: STATUS_API.optional(),
});

export type FeedSettings = z.infer<typeof FEEDS>;
export type ScanFilesSettings = FeedSettings["scanFiles"][number];
