import { readFileSync } from "node:fs";

/** As the package has it. */
export function readVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
	return String((manifest as { readonly version?: unknown }).version);
}
