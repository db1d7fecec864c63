/** Zones change their offset on whole quarters of an hour, so one look-up serves a quarter. */
const QUARTER_MS = 900_000;

interface Quarter {
  /** `29-03-2026 03:` */
  readonly dutch: string;
  /** `2026-03-29T03:` */
  readonly iso: string;
  /** Minute of the hour at which the quarter starts. */
  readonly minute: number;
  /** `+02:00`, or `Z` in UTC. */
  readonly offset: string;
}

const TWO = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));

/**
 * Writes instants (UTC epoch milliseconds) as the wall clock of one zone shows
 * them. Remembers each quarter it has met, because worlds hold millions of times.
 */
export class WallClock {
  readonly #zone: string;
  readonly #quarters = new Map<number, Quarter>();

  /** `zone`: an IANA name, `UTC`, or a fixed offset such as `+05:30`. */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** `29-03-2026 03:04:05`, without offset. */
  toDutch(at: number): string {
    const quarter = this.#quarterOf(at);
    return quarter.dutch + minutesAndSeconds(quarter, at);
  }

  /** `2026-03-29T03:04:05`, without offset. */
  toLocalIso(at: number): string {
    const quarter = this.#quarterOf(at);
    return quarter.iso + minutesAndSeconds(quarter, at);
  }

  /** `2026-03-29T03:04:05+02:00`; milliseconds only where there are any. */
  toIso(at: number): string {
    const quarter = this.#quarterOf(at);
    const text = quarter.iso + minutesAndSeconds(quarter, at);
    return at % 1000 === 0 ? text + quarter.offset : text + milliseconds(at) + quarter.offset;
  }

  /** {@link toIso}, always with three digits of milliseconds. */
  toIsoMs(at: number): string {
    const quarter = this.#quarterOf(at);
    return quarter.iso + minutesAndSeconds(quarter, at) + milliseconds(at) + quarter.offset;
  }

  #quarterOf(at: number): Quarter {
    const start = Math.floor(at / QUARTER_MS);
    const known = this.#quarters.get(start);
    if (known) return known;
    const local = Temporal.Instant.fromEpochMilliseconds(start * QUARTER_MS).toZonedDateTimeISO(this.#zone);
    const [year = "", month = "", day = ""] = local.toPlainDate().toString().split("-");
    const hour = String(local.hour).padStart(2, "0");
    const quarter = {
      dutch: `${day}-${month}-${year} ${hour}:`,
      iso: `${year}-${month}-${day}T${hour}:`,
      minute: local.minute,
      offset: this.#zone === "UTC" ? "Z" : local.offset,
    };
    this.#quarters.set(start, quarter);
    return quarter;
  }
}

function minutesAndSeconds(quarter: Quarter, at: number): string {
  const seconds = Math.floor((at % QUARTER_MS) / 1000);
  return `${TWO[quarter.minute + Math.floor(seconds / 60)]}:${TWO[seconds % 60]}`;
}

function milliseconds(at: number): string {
  return `.${String(at % 1000).padStart(3, "0")}`;
}
