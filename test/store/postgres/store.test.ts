import { describe } from "vitest";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { behavesLikeSharedStore } from "../../contract/behaves-like-shared-store.ts";
import { behavesLikeStore } from "../../contract/behaves-like-store.ts";
import { usePostgres } from "../../support/postgres.ts";

const postgres = usePostgres();

describe("a store in PostgreSQL", () =>
  behavesLikeStore(async () => openPostgresStore(await postgres.emptiedStoreUrl())));

describe("a store in PostgreSQL that several share", () =>
  behavesLikeSharedStore(async () => ({
    module: new URL("../../../src/store/postgres/open-store.ts", import.meta.url).href,
    opener: "openPostgresStore",
    args: [await postgres.emptiedStoreUrl()],
  })));
