import { readFileSync } from "node:fs";
import { isRecord } from "@countersign/protocol";

/** The version of the server, as its package has it. */
export function readVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
	return isRecord(manifest) ? String(manifest.version) : "unknown";
}
