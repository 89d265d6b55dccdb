import { readFileSync } from "node:fs";

/** What the package says of itself. */
export interface Manifest {
	readonly version: string;
	/** The page that servers show to whoever is asked to let this program in. */
	readonly homepage: string;
}

/** As the package has it. */
export function readManifest(): Manifest {
	return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest;
}
