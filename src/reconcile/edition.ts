/**
 * Which edition of the rules evaluates. Raised with every change of what an evaluation leaves in the store (findings,
 * their evidence and signatures, facts): a store that goes by another edition is evaluated anew by the next run.
 */
export const EVALUATION_EDITION = 2;
