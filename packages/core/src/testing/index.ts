export { failingOwnership, hangingOwnership, lateOwnership } from "./fake-ownership.js";
export { type FakeDnsFailure, type FakeResolver, type FakeZone, fakeResolver } from "./fake-resolver.js";
export { failingTable, type MemoryTable, type MemoryTableOptions, memoryTable } from "./fake-tables.js";
export { type DeclareTest, formatVerdict, judge, type RuleCase, ruleCases } from "./rule-cases.js";
export { type TableSuiteOptions, tableSuite } from "./table-suite.js";
