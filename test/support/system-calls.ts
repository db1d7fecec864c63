import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether `strace` is here, and may trace. */
export const CAN_TRACE = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

const TRACED = "read,write,writev,pwrite64,fsync,fdatasync";
/** More than a page of the database. */
const MOST_BYTES = 20_000;

/** What a program is started with so that its system calls are noted in a file; signals still reach the program itself. */
export function tracedInto(path: string): readonly string[] {
  return [...STRACE, "-xx", "-y", "-s", String(MOST_BYTES), "-o", path, "-e", `trace=${TRACED}`];
}

/** What a program is started with so that the n-th time that it waits for the disk (or for this one file) fails, once. */
export function failingOnce(n: number, file?: string): readonly string[] {
  const calls = "fsync,fdatasync";
  const inject = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=EIO:when=${n}`];
  return [...STRACE, "-o", "/dev/null", ...inject, ...(file === undefined ? [] : ["-P", file])];
}

/** The program stays the child; strace looks on from outside. */
const STRACE = ["strace", "-D", "-f", "--seccomp-bpf"];

/** A system call that succeeded. */
export interface SystemCall {
  readonly name: string;
  /** What the file descriptor is: a path, or `socket:[…]`. */
  readonly file: string;
  readonly descriptor: number;
  /** What was read or written. */
  readonly data: Buffer;
  /** Moments, counted in lines of the trace. */
  readonly begun: number;
  readonly ended: number;
}

/** Reads what strace noted. */
export function readSystemCalls(path: string): SystemCall[] {
  const open = new Map<string, { readonly text: string; readonly begun: number }>();
  const calls: SystemCall[] = [];
  for (const [at, line] of readFileSync(path, "latin1").split("\n").entries()) {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) {
      open.set(thread, { text: rest.slice(0, -"<unfinished ...>".length), begun: at });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const before = resumed === null ? undefined : open.get(thread);
    const call = toCall((before?.text ?? "") + (resumed?.[1] ?? rest), before?.begun ?? at, at);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function toCall(text: string, begun: number, ended: number): SystemCall | undefined {
  const [, name = "", descriptor = "", file = "", args = "", result = ""] =
    /^(\w+)\((\d+)<([^>]*)>(.*)\) += (-?\d+)/.exec(text) ?? [];
  if (name === "" || Number(result) < 0) return undefined;
  const data = Buffer.concat([...args.matchAll(/"([^"]*)"/g)].map(([, hex = ""]) => fromHex(hex)));
  return { name, descriptor: Number(descriptor), file: fromHex(file).toString(), data, begun, ended };
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replaceAll("\\x", ""), "hex");
}
