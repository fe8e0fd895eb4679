/** Runs the smoke test of each package; what did not answer as it must, one line each, else how many there were. */
export async function smokeAll(load, names) {
  const faults = [];
  for (const name of names) {
    const { smoke, expected } = await import(`./smoke/${name}.js`);
    const got = await smoke(load).catch((error) => String(error?.stack ?? error));
    if (got !== expected) faults.push(`${name}: ${got}, expected ${expected}`);
  }
  return faults.length === 0 ? `${names.length} packages` : faults.join("\n");
}
