// Prints `PASSED FAILED` of a vitest JSON report. A run that failed without a failed test (a suite that did not load) counts one
// failure, so that a broken run never looks green. What was not run is told on standard error.
import { readFileSync } from "node:fs";

const [file, status] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stderr.write(`count-tests: ${error.message}\n`);
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
  }
}

const { numPassedTests, numFailedTests, numPendingTests } = read();
if (numPendingTests > 0) process.stderr.write(`${numPendingTests} tests were not run\n`);
console.log(`${numPassedTests} ${numFailedTests === 0 && status !== "0" ? 1 : numFailedTests}`);
