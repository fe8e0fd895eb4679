export { kinds } from "./kinds/index.js";
export { main } from "./main.js";
