import { smokeAll } from "./smoke.js";

console.log(await smokeAll((name) => import(name), process.argv.slice(2)));
