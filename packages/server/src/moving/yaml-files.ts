import { readFileSync } from "node:fs";
import { isRecord, member } from "@countersign/protocol";
import { parseSettingsFile } from "../config/index.ts";

export type Tree = Readonly<Record<string, unknown>>;

/** How a value is had that may stand in a file of its own; undefined where there is neither. */
export type ReadValue = (section: unknown, name: string) => string | undefined;

export interface Refused {
	readonly ok: false;
	readonly problems: readonly string[];
}

export function refuse(problem: string): Refused {
	return { ok: false, problems: [problem] };
}

/** Settings of another program. */
export function readYaml(path: string): { readonly ok: true; readonly value: Tree } | Refused {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch {
		return refuse(`${path} cannot be read`);
	}
	const parsed = parseSettingsFile(path, text);
	if (!parsed.ok) return parsed;
	return isRecord(parsed.value)
		? { ok: true, value: parsed.value }
		: refuse(`${path} holds no settings by their names`);
}

export function inside(value: unknown, ...path: readonly string[]): unknown {
	return path.reduce<unknown>((node, name) => (isRecord(node) ? member(node, name) : undefined), value);
}
