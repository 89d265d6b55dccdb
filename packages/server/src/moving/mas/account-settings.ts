import { isRecord } from "@countersign/protocol";
import type { Tree } from "../yaml-files.ts";
import { type Rule, rules } from "./setting-rules.ts";

/** What becomes of settings of MAS: each stands in exactly one line. */
interface AccountedSetting extends Rule {
	/** As MAS names them; what is inside a group that has one fate is counted. */
	readonly name: string;
	readonly values: number;
}

/** Every value of MAS's settings, by what becomes of it. */
export function accountSettings(tree: Tree): readonly AccountedSetting[] {
	const counts = new Map<string, number>();
	for (const path of leavesOf(tree)) {
		const name = ruleOf(path) ?? path;
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	return [...counts].map(([name, values]) => ({ name, values, ...(rules[name] ?? unknown) }));
}

const unknown = {
	fate: "unknown",
	means: "no setting of MAS that is known here: look up what it does there",
} as const;

/** The most exact rule for a value. */
function ruleOf(path: string): string | undefined {
	const covers = (name: string) => path === name || path.startsWith(`${name}.`);
	return Object.keys(rules)
		.filter(covers)
		.toSorted((one, other) => other.length - one.length)[0];
}

/** The names of all values; of a list every member counts under the name of the list. */
function leavesOf(value: unknown, path = ""): readonly string[] {
	if (Array.isArray(value))
		return value.length === 0 ? [path] : value.flatMap((each) => leavesOf(each, path));
	if (!isRecord(value)) return [path];
	const inner = Object.entries(value).flatMap(([name, each]) =>
		leavesOf(each, path === "" ? name : `${path}.${name}`),
	);
	return inner.length === 0 ? [path] : inner;
}

/** For a terminal, and for the head of a file. */
export function accountText(settings: readonly AccountedSetting[]): string {
	const order = ["unknown", "absent", "renamed", "carried"] as const;
	const titles = {
		unknown: "Not known",
		absent: "Not there, and what that means",
		renamed: "Carried, under another name",
		carried: "Carried",
	};
	return order
		.map((fate) => ({ fate, those: settings.filter((setting) => setting.fate === fate) }))
		.filter(({ those }) => those.length > 0)
		.map(({ fate, those }) => {
			const lines = those.map(
				({ name, values, means }) => `  ${name}${values > 1 ? ` (${values} values)` : ""}: ${means}`,
			);
			return `${titles[fate]}:\n${lines.join("\n")}\n`;
		})
		.join("\n");
}
