import { nearest } from "./nearest.ts";
import { type NamedSetting, namedSettings } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that came by its environment variable. */
export interface GivenByVariable {
	readonly path: readonly string[];
	readonly variable: string;
	readonly value: unknown;
}

const prefix = "COUNTERSIGN_";

/** Of the commands, not of the server. */
export const configVariable = `${prefix}CONFIG`;
/** Of the tests and their tools, which share the prefix. */
const others = [
	configVariable,
	...["REQUIRE", "KILLS", "UNDO_KILLS", "WORKER_KILLS", "TEST_DATABASE", "SYNAPSE_PYTHON"].map(
		(name) => `${prefix}${name}`,
	),
];

const variables = new Map(
	namedSettings.map((setting) => [`${prefix}${setting.path.join("_").toUpperCase()}`, setting]),
);

/** Variables are text; some settings are not. */
const fromText: Readonly<Record<NamedSetting["kind"], (text: string) => unknown>> = {
	...{ number: numberOf, list: listOf },
	text: (text) => text,
};

/** What is no number stays text, to be refused as what it is. */
function numberOf(text: string): unknown {
	return /^\d+$/.test(text) ? Number(text) : text;
}

function listOf(text: string): readonly string[] {
	return text.split(",").map((each) => each.trim());
}

/** The settings among the variables; an empty one counts as unset. Problems name variables that mean nothing. */
export function fromEnvironment(environment: Environment): {
	readonly given: readonly GivenByVariable[];
	readonly problems: readonly string[];
} {
	const set = Object.entries(environment).filter(([name, value]) => name.startsWith(prefix) && value);
	return {
		given: set.flatMap(([variable, text = ""]) => {
			const setting = variables.get(variable);
			if (setting === undefined) return [];
			return [{ path: setting.path, variable, value: fromText[setting.kind](text) }];
		}),
		problems: set
			.filter(([name]) => !variables.has(name) && !others.includes(name))
			.map(([name]) => {
				// Without what all begin with: it would make every name seem near.
				const known = [...variables.keys()].map((variable) => variable.slice(prefix.length));
				const meant = nearest(name.slice(prefix.length), known);
				return `${name} is not a setting${meant === undefined ? "" : `; did you mean ${prefix}${meant}?`}`;
			}),
	};
}
