/**
 * A load generator for `run-webhook-bench.ts`, in a process of its own: `webhook-load.ts SETTINGS`, a JSON text of
 * {@link Load}. Prints a line of JSON, {@link Loaded}. It speaks HTTP by itself, because it shares the server's cores.
 */
import type { Socket } from "node:net";
import { connect } from "node:net";
import { aBodyOf } from "./webhook-body.ts";

export interface Load {
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  /** How long new requests are sent; unless `requests` are reached before. */
  readonly seconds: number;
  readonly requests: number | null;
  /** Requests a second, sent when they are due whether or not others are answered; `null`: each connection sends as soon as it is answered. */
  readonly rate: number | null;
  /** Event ids begin with this number; then each next one gets the next, `repeats` times in a row. */
  readonly firstId: number;
  readonly repeats: number;
}

export interface Loaded {
  /** Requests answered, by status; 0: the connection ended before the answer. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Milliseconds from when a request was due. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
  readonly nextId: number;
}

const load = JSON.parse(process.argv[2] ?? "") as Load;
const { hostname, port, pathname } = new URL(load.url);
const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\napikey: ${load.key}\r\nContent-Type: application/json\r\n`;
const statuses: Record<string, number> = {};
const latencies: number[] = [];
const free: Line[] = [];
const due: number[] = [];
let sent = 0;
let open = 0;
const done = Promise.withResolvers<void>();
const started = performance.now();
const stopAt = started + load.seconds * 1000;

/** One connection; it is made again where the server ends it. */
interface Line {
  send(dueAt: number): void;
}

function makeLine(): Line {
  let socket: Socket | undefined;
  let dueAt = 0;
  let isBusy = false;
  let received: Buffer = Buffer.alloc(0);
  const finish = (status: number): void => {
    if (!isBusy) return;
    isBusy = false;
    received = Buffer.alloc(0);
    statuses[status] = (statuses[status] ?? 0) + 1;
    latencies.push(performance.now() - dueAt);
    open -= 1;
    next(line);
  };
  const dial = (): Socket => {
    const made = connect(Number(port), hostname);
    made.setNoDelay();
    made.on("data", (bytes: Buffer) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const text = received.toString("latin1", 0, headEnd);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      if (/\r\nconnection: close/i.test(text)) {
        socket = undefined;
        made.removeAllListeners("close");
        made.destroy();
      }
      finish(Number(text.slice(9, 12)));
    });
    made.on("error", () => undefined);
    made.on("close", () => {
      if (socket === made) socket = undefined;
      finish(0);
    });
    return made;
  };
  const line: Line = {
    send(at) {
      dueAt = at;
      isBusy = true;
      const body = aBodyOf(load.firstId + Math.floor(sent / load.repeats));
      sent += 1;
      open += 1;
      socket ??= dial();
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
  };
  return line;
}

function next(line: Line): void {
  const now = performance.now();
  const mayGoOn = now < stopAt && (load.requests === null || sent < load.requests);
  const [first] = due;
  if (load.rate === null && mayGoOn) line.send(now);
  else if (first !== undefined) line.send(due.shift() as number);
  else {
    free.push(line);
    if (!mayGoOn && open === 0) done.resolve();
  }
}

/** Sends what has come due; what finds no free connection waits, and its wait counts. */
function tick(): void {
  const now = performance.now();
  const rate = load.rate ?? 0;
  for (; ticked < ((Math.min(now, stopAt) - started) * rate) / 1000; ticked += 1) {
    due.push(started + (ticked * 1000) / rate);
  }
  while (due.length > 0) {
    const line = free.pop();
    if (line === undefined) break;
    line.send(due.shift() as number);
  }
  if (now < stopAt) setTimeout(tick, 1);
  else if (open === 0) done.resolve();
}

let ticked = 0;
const lines = Array.from({ length: load.connections }, makeLine);
if (load.rate === null) for (const line of lines) next(line);
else {
  free.push(...lines);
  tick();
}
await done.promise;
const seconds = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
const at = (share: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
const loaded: Loaded = {
  statuses,
  seconds,
  p50: at(0.5),
  p99: at(0.99),
  p999: at(0.999),
  most: at(1),
  nextId: load.firstId + Math.ceil(sent / load.repeats),
};
console.log(JSON.stringify(loaded));
process.exit();
