/**
 * Stops, in words, where Node is too old to run TypeScript and to hold the database.
 * Plain JavaScript without newer syntax: it has to be readable by exactly the Node it refuses.
 * Preloaded by every npm script (`node --import`), so nothing else is parsed before the check.
 */
const oldest = [24, 12];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
	process.stderr.write(
		`Countersign needs Node ${oldest.join(".")} or newer, but this is Node ${process.versions.node}: ` +
			"the Node this repository brings along (the npm package `node`) is not installed, or was bypassed by not starting through npm.\n" +
			"Run `npm install` with install scripts allowed for the package `node` and start again with `npm start`, " +
			`or put Node ${oldest.join(".")} or newer first in your PATH.\n`,
	);
	process.exit(1);
}
