import fc from "fast-check";

/** Properties draw anew each run, or from `SEED=N`: `.ci/run` takes it from the commit, so that a commit has one answer. */
const { SEED } = process.env;
if (SEED !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(SEED) });
