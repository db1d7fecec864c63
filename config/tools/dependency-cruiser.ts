import type { IConfiguration, IForbiddenRuleType } from "dependency-cruiser";

// The walls between the rooms of src. Each rule says in its comment why it stands and what to do instead.
// Parsed with swc, because dependency-cruiser cannot read TypeScript with a compiler as new as ours.

/** What each room may import besides itself. Only app, which is not listed, may import every room. */
const ROOMS: Record<string, { may: string[]; comment: string }> = {
  domain: {
    may: [],
    comment:
      "domain is the words and rules that everything else is written in, so it imports nothing. Move what needs more into the room that has it.",
  },
  mapping: {
    may: ["domain", "package-root"],
    comment:
      "mapping looks codes up in tables; it knows words, not where observations come from or go. Take what it needs as an argument.",
  },
  sources: {
    may: ["domain", "mapping/translate", "intake/incoming", "clock", "log", "package-root"],
    comment:
      "A source turns an outside shape into the rows of intake/incoming.ts and hands them over; it does not store or judge them. Take a function to hand them to.",
  },
  intake: {
    may: ["domain", "store", "clock", "log"],
    comment:
      "intake counts rows and saves them, and is the same for every channel. What differs by channel belongs in sources, which hands over the shape in intake/incoming.ts.",
  },
  store: {
    may: ["domain", "intake/incoming", "clock", "log"],
    comment:
      "The store keeps what it is given and judges nothing, so that SQLite and PostgreSQL cannot judge differently. Move the rule into domain or reconcile.",
  },
  reconcile: {
    may: ["domain", "mapping"],
    comment:
      "reconcile decides from values alone, so that every verdict can be repeated. Load what it needs in app and pass it in.",
  },
  report: {
    may: ["domain", "mapping", "reconcile"],
    comment: "report turns a result into text and changes nothing. Load what it shows in app and pass it in.",
  },
  sandbox: {
    may: ["domain", "clock", "log", "package-root"],
    comment:
      "A simulated carrier that shared code with the program would agree with its mistakes. Write the outside shape again, from the specification.",
  },
  worker: {
    may: ["app", "domain", "config", "clock", "log"],
    comment:
      "worker, cli and web call the same functions of app, so that none can do what another cannot. Add a function there.",
  },
  cli: {
    may: ["app", "worker", "domain", "report", "config", "clock", "log", "package-root"],
    comment:
      "cli starts the worker; cli, web and worker call the same functions of app, so that none can do what another cannot. Add a function there.",
  },
  web: {
    may: ["app", "domain", "report", "config", "clock", "log", "package-root"],
    comment:
      "web, cli and worker call the same functions of app, so that none can do what another cannot. Add a function there.",
  },
  config: {
    may: ["domain", "feed-settings", "package-root", "secrets"],
    comment:
      "config.ts reads settings; rooms get theirs as arguments from app. Describe the setting here and use it there.",
  },
  "feed-settings": {
    may: ["domain", "secrets"],
    comment: "feed-settings.ts is the part of config.ts that describes feeds, and as poor in knowledge.",
  },
  secrets: {
    may: ["domain"],
    comment: "secrets.ts finds secrets for whoever needs one, so it knows no room.",
  },
  "package-root": {
    may: [],
    comment: "package-root.ts says where the data files lie, to every room, so it imports none.",
  },
  clock: { may: [], comment: "clock.ts is handed to every room, so it imports none." },
  log: { may: ["domain"], comment: "log.ts is handed to every room, so it knows none of them." },
};

/** Packages with one home: the folders whose job the package is. */
const HOMES: Record<string, string[]> = {
  "better-sqlite3": ["store/sqlite/"],
  pg: ["store/postgres/"],
  "pg-copy-streams": ["store/postgres/"],
  "ssh2-sftp-client": ["sources/legacy-scan/"],
  ssh2: ["sources/legacy-scan/", "sandbox/"],
  "csv-parse": ["sources/legacy-scan/", "mapping/load-[^/]+\\.ts$"],
  saxes: ["sources/legacy-scan/"],
  undici: ["sources/[^/]+-api/", "sources/[^/]+\\.ts$"],
  jose: ["sources/"],
  fastify: ["sources/webhook/", "web/", "sandbox/"],
  "node-cron": ["worker/"],
  commander: ["cli/"],
  "cli-progress": ["cli/"],
  pino: ["log\\.ts$"],
  echarts: ["report/"],
};

/** Packages that only compute: no clock, disk, network or process. */
const PURE_PACKAGES = ["csv-stringify", "echarts"];

const inRoom = (room: string): string => `^src/${room}(/|\\.ts$)`;
const inPackage = (name: string): string => `((^|/)node_modules/${name}/|^${name}(/|$))`;

const roomRules: IForbiddenRuleType[] = Object.entries(ROOMS).map(([room, { may, comment }]) => ({
  name: `${room}-knows-its-neighbours`,
  comment,
  severity: "error",
  from: { path: inRoom(room) },
  to: { path: "^src/", pathNot: [room, ...may].map(inRoom) },
}));

const homeRules: IForbiddenRuleType[] = Object.entries(HOMES).map(([name, homes]) => ({
  name: `${name}-has-one-home`,
  comment: `Only ${homes.join(", ")} may import ${name}, so that it can be replaced, and its traps fenced, in one place. Call that room instead.`,
  severity: "error",
  from: { path: "^src/", pathNot: homes.map((home) => `^src/${home}`) },
  to: { path: inPackage(name) },
}));

const forbidden: IForbiddenRuleType[] = [
  ...roomRules,
  ...homeRules,
  {
    name: "every-file-has-a-room",
    comment:
      "A file outside the rooms has no walls. Move it into the room whose job it does, or give it walls in ROOMS.",
    severity: "error",
    from: { path: "^src/", pathNot: [...Object.keys(ROOMS), "app"].map(inRoom) },
    to: { path: "^src/" },
  },
  {
    name: "pure-rooms-touch-nothing",
    comment:
      "domain, reconcile and report give the same answer for the same values, on any day and machine: of Node only node:crypto, to hash. Do the rest in app and pass the result in.",
    severity: "error",
    from: { path: ["domain", "reconcile", "report"].map(inRoom) },
    to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
  },
  {
    name: "pure-rooms-import-no-driver",
    comment:
      "domain, reconcile and report import only packages that compute. If a new one does, list it in PURE_PACKAGES; else do it in another room and pass the result in.",
    severity: "error",
    from: { path: ["domain", "reconcile", "report"].map(inRoom) },
    to: { path: "(^|/)node_modules/", pathNot: PURE_PACKAGES.map(inPackage) },
  },
  {
    name: "mapping-reads-in-its-loader",
    comment:
      "The tables are read and checked once, in mapping/load-….ts; after that a look-up is pure. Move the reading there.",
    severity: "error",
    from: { path: inRoom("mapping"), pathNot: "^src/mapping/load-[^/]+\\.ts$" },
    to: {
      dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"],
      pathNot: ["^(node:)?crypto$", ...PURE_PACKAGES.map(inPackage)],
    },
  },
  {
    name: "databases-do-not-mix",
    comment:
      "store/sqlite and store/postgres stand alone behind the interfaces in store/. Move what both need up to store/.",
    severity: "error",
    from: { path: "^src/store/(sqlite|postgres)/" },
    to: { path: "^src/store/(sqlite|postgres)/", pathNot: "^src/store/$1/" },
  },
  {
    name: "no-circle",
    comment:
      "Files that import each other can only be understood, loaded and changed together. Move what both need into a third; types, too.",
    severity: "error",
    from: {},
    to: { circular: true },
  },
  {
    name: "src-stands-alone",
    comment: "The package holds src without test and config/tools. Move what src needs into src.",
    severity: "error",
    from: { path: "^src/" },
    to: { path: "^(test|config/tools)/" },
  },
  {
    name: "declared-packages-only",
    comment:
      "What is not under dependencies in package.json is absent where the package is installed. Add it there with npm install --save-exact.",
    severity: "error",
    from: { path: "^src/" },
    to: {
      dependencyTypes: ["npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"],
      dependencyTypesNot: ["type-only"],
    },
  },
  {
    name: "resolvable",
    comment: "The imported file or package is not there. Correct the path, or install the package.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-dead-file",
    comment:
      "The program never loads this file. Import it from where it is needed, or delete it; a thread's file is named …-thread.ts and started by path. Worlds too large for memory are written for the benchmark alone.",
    severity: "error",
    from: { path: "^src/cli/main\\.ts$" },
    to: {
      path: "^src/",
      pathNot: [
        "^src/cli/(launcher|node-settings)\\.mjs$",
        "-thread\\.ts$",
        "^src/sandbox/write-world\\.ts$",
      ],
      reachable: false,
    },
  },
];

export default {
  forbidden,
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|report|coverage)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
} satisfies IConfiguration;
