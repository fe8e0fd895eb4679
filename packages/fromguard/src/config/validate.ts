// What checks a grants file checks the configuration.
export { invalid, validate } from "@fromguard/node";
