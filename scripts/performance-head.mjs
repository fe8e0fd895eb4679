/** How the page begins, whatever was measured. */
export const PERFORMANCE_HEAD = `# Performance

\`npm run bench:page\` measures on a quiet machine of two cores and writes this page: half an hour. What each row is, and what can be compared: [the benchmark](../packages/bench/README.md).

* *of bare* is the ratio to a server that finds the end of each request and answers a constant, measured in the same round. Ratios can be compared between machines, rates and latencies cannot.
* Half of the mails are honest, half forge the envelope or From. *wrong* must be 0.
* What does not depend on the machine: a check of an envelope by one login map asks each key once (whole address, without extension, \`@domain\`), the header is read once whatever the number of rules, and what is read and kept has the
  bounds of [limits](limits.md).

`;
