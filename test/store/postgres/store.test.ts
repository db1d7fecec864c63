import { describe } from "vitest";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { behavesLikeStore } from "../../contract/behaves-like-store.ts";
import { usePostgres } from "../../support/postgres.ts";

const postgres = usePostgres();

describe("a store in PostgreSQL", () =>
  behavesLikeStore(async () => openPostgresStore(await postgres.emptiedStoreUrl())));
