import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Instants are written with this many digits, which serves until the year 2286, so that texts sort like times. */
const TIME_DIGITS = 13;
const FIRST_CAPACITY = 4096;
const MOST_IN_MEMORY_BYTES = 32 << 20;

/** Lines of one group as bytes: a million short texts would keep the garbage collector busy. */
interface Group {
  bytes: Buffer;
  used: number;
}

/**
 * Collects lines that come in any order and gives them back by time, group by
 * group. With a folder it keeps no more than some in memory and the rest in
 * files there, which it removes as they are taken.
 */
export class TimedLines {
  readonly #groups = new Map<number, Group>();
  readonly #folder: string | undefined;
  readonly #name: string;
  readonly #mostBytes: number;
  #heldBytes = 0;

  /** `name` begins the names of the files in `folder`, which must exist; `mostBytes` are held in memory then. */
  constructor(name: string, folder?: string, mostBytes: number = MOST_IN_MEMORY_BYTES) {
    this.#name = name;
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** `at`: UTC epoch milliseconds after 2001. */
  add(number: number, at: number, line: string): void {
    const entry = `${at.toString().padStart(TIME_DIGITS, "0")}${line}\n`;
    const group = this.#groupOf(number);
    // No character takes more than three bytes for each of its UTF-16 units.
    if (group.used + entry.length * 3 > group.bytes.length) grow(group, entry.length * 3);
    const written = group.bytes.write(entry, group.used);
    group.used += written;
    this.#heldBytes += written;
    if (this.#folder !== undefined && this.#heldBytes >= this.#mostBytes) this.#spill(this.#folder);
  }

  /** The lines of a group by time, those of one time by text; the group is then gone. */
  take(number: number): string[] {
    const group = this.#groups.get(number);
    this.#groups.delete(number);
    const held = group?.bytes.toString("utf8", 0, group.used) ?? "";
    this.#heldBytes -= group?.used ?? 0;
    const entries = (this.#takeSpilt(number) + held).split("\n");
    entries.pop();
    return entries.sort().map((entry) => entry.slice(TIME_DIGITS));
  }

  #groupOf(number: number): Group {
    const known = this.#groups.get(number);
    if (known) return known;
    const group = { bytes: Buffer.allocUnsafe(FIRST_CAPACITY), used: 0 };
    this.#groups.set(number, group);
    return group;
  }

  #spill(folder: string): void {
    for (const [number, group] of this.#groups) {
      appendFileSync(this.#pathOf(number, folder), group.bytes.subarray(0, group.used));
      group.used = 0;
    }
    this.#heldBytes = 0;
  }

  #takeSpilt(number: number): string {
    const path = this.#folder === undefined ? undefined : this.#pathOf(number, this.#folder);
    if (path === undefined || !existsSync(path)) return "";
    const text = readFileSync(path, "utf8");
    rmSync(path);
    return text;
  }

  #pathOf(number: number, folder: string): string {
    return join(folder, `${this.#name}-${number}.part`);
  }
}

function grow(group: Group, byBytes: number): void {
  const bytes = Buffer.allocUnsafe(Math.max(group.bytes.length * 2, group.used + byBytes));
  group.bytes.copy(bytes, 0, 0, group.used);
  group.bytes = bytes;
}
