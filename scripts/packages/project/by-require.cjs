const { smokeAll } = require("./smoke.js");

smokeAll(async (name) => require(name), process.argv.slice(2)).then(console.log);
