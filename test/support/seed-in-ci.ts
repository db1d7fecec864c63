import fc from "fast-check";

/**
 * In CI the property tests draw the same cases for the same commit, so that a
 * red run is the commit's doing. Everywhere else each run looks in new places;
 * a failure prints its seed.
 */
if (process.env.CI !== undefined) fc.configureGlobal({ seed: 20_260_322 });
