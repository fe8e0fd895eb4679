const [command, ...rest] = process.argv.slice(2);

if (command === "servers") {
  const { benchServers } = await import("./servers/main.js");
  await benchServers(rest);
} else {
  await import("./lookups.js");
}
