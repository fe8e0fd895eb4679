import { page } from "./named-blocks.js";

/** What examples/README.md says that each example prints, by its folder. */
export const printed: ReadonlyMap<string, string> = new Map(
  [...page("examples/README.md").matchAll(/^```console\n\$ node examples\/([\w-]+)\/main\.js\n(.*?)^```$/gms)].map(
    ([, name = "", text = ""]) => [name, text],
  ),
);
