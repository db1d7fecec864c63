import { z } from "zod";

/** The name of an HTTP header, as a contract writes it. */
export const HEADER_NAME = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "the name of a header");
