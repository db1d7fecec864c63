import { describe } from "vitest";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open-store.ts";
import { noticesForgottenRows, survivesKills } from "../../contract/survives-kills.ts";
import { usePostgres } from "../../support/postgres.ts";

const postgres = usePostgres();

describe("a fetch that is killed, on SQLite", () => {
  survivesKills(async () => openSqliteStore(":memory:"));
  noticesForgottenRows(async () => openSqliteStore(":memory:"));
});

describe("a fetch that is killed, on PostgreSQL", () => {
  const openStore = async () => openPostgresStore(await postgres.emptiedStoreUrl());
  survivesKills(openStore, ["the pull of the new API"], 1);
});
