import { z } from "zod";
import { isZone } from "./domain/instant.ts";
import { SECRET } from "./secrets.ts";

export const zone = z.string().refine(isZone, "the name of a time zone, such as Europe/Amsterdam");
export const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "a time of day, such as 03:30");
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

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const isoDate = z.iso.date("a day, such as 2026-12-25");

/** When files are expected. Without `at` and `every` that is learnt from those that came. */
const CALENDAR = z
  .strictObject({
    /** Times of day. */
    at: z.array(timeOfDay).min(1).optional(),
    /** Or so often, from midnight on or between two times of day. */
    every: z
      .string()
      .regex(/^[1-9][0-9]{0,3}[mh]$/, "minutes or hours, such as 30m or 1h")
      .optional(),
    between: z.tuple([timeOfDay, timeOfDay]).optional(),
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS]),
    /** Days on which nothing comes. */
    except: z.array(isoDate).default([]),
    /** How long after its time a file is not late. */
    graceMinutes: z.number().nonnegative().default(60),
    /** Whose files are expected though none has come yet. */
    customers: z.array(z.string().min(1)).default([]),
    zone: zone.default("Europe/Amsterdam"),
  })
  .refine(({ at, every }) => at === undefined || every === undefined, "at or every, not both")
  .refine(
    ({ every, between }) => between === undefined || (every !== undefined && between[0] < between[1]),
    "every beside between, and between two times of day that follow each other",
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
  /** Without it, as the layout says. */
  complete: COMPLETE.optional(),
  calendar: z
    .union([CALENDAR, z.literal("none")], {
      error: "none, or at or every (with between) and weekdays, except, graceMinutes, customers, zone",
    })
    .prefault({}),
});

/** How an API is reached, whatever its version. */
const API = {
  /** https; plain http for this machine only. */
  url: z.string(),
  /** A PEM file with the authorities that sign the service's certificate; without it those that Node trusts. */
  ca: z.string().min(1).optional(),
  /** The carrier publishes no limit and asks for single requests in sensible intervals. */
  requestsPerSecond: z.number().positive().default(5),
  /** So many at once after a pause. */
  burst: z.number().int().min(1).default(10),
};

/** Shippingstatus v2. */
const LEGACY_API = z.strictObject({
  ...API,
  apiKey: SECRET,
  /** Whose changed parcels are asked for. */
  customers: z.array(customerNumber).min(1, "at least one customer number"),
  /** Single parcels asked for in one pull at most; the others wait for the next. */
  requestsPerPull: requests.default(1000),
});

/** Shippingstatus v4. Which of the secrets are needed is said by the contract's factors. */
const STATUS_API = z.strictObject({
  ...API,
  apiKey: SECRET.optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: SECRET.optional(),
  /** PEM; signs assertions. */
  privateKey: SECRET.optional(),
  /** By which name the carrier knows that key. */
  keyId: z.string().min(1).optional(),
  /** PEM: the client's certificate, its chain behind it, and its private key. */
  certificate: SECRET.optional(),
  certificateKey: SECRET.optional(),
  /** Base32. */
  totpSecret: SECRET.optional(),
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
  /** Where scan files lie until they have been taken in: a private folder. */
  spoolFolder: z.string().min(1).default("spool"),
  legacyApi: LEGACY_API.optional(),
  statusApi: STATUS_API.optional(),
});

export type FeedSettings = z.infer<typeof FEEDS>;
export type ScanFilesSettings = FeedSettings["scanFiles"][number];
export type CalendarSettings = ScanFilesSettings["calendar"];
