// What checks a grants file checks the configuration.
export { invalid } from "@fromguard/node";
