import type { Check, Finding } from "../finding.ts";
import type { DirectoryState } from "../ports.ts";
import { setting } from "./words.ts";

type Step = Extract<DirectoryState, { ok: false }>["at"];

const cures: Readonly<Record<Step, readonly [what: string, fix: string]>> = {
	connection: ["ldap.url", "correct the setting, start the directory, or let this machine reach it"],
	encryption: [
		"ldap.url, ldap.starttls or ldap.ca_file",
		"name in ldap.ca_file the authority that signed its certificate, and in ldap.url the host that the certificate is for; where it does not take STARTTLS, use ldaps://",
	],
	bind: [
		"ldap.bind_dn or ldap.bind_password",
		"correct the one that is wrong: it is the name of an entry in full, and that entry's password",
	],
	base: ["ldap.base", "correct it, or let the entry of ldap.bind_dn see what is there"],
	search: [
		"ldap.bind_dn or ldap.required_filter",
		"let the entry of ldap.bind_dn look for people under ldap.base; most directories let nobody do it without one",
	],
};

export const directory: Check = {
	id: "directory",
	promise: "people can be looked for in the directory",
	after: [],
	appliesTo: (setup) => setup.directory !== undefined,
	asks: () => [],
	judge({ setup, directory: state }) {
		if (state === undefined) return undefined;
		const finding = (verdict: Finding["verdict"], found: string, [what, fix]: readonly [string, string]) => [
			{ verdict, what: setting(setup, what), found: `${setup.directory}: ${found}`, fix },
		];
		if (!state.ok) return finding("problem", `${state.at}: ${state.failure}`, cures[state.at]);
		if (state.hasSomebody) return [];
		return finding("warning", "nobody is found who would be let in", [
			"ldap.base, ldap.required_filter or ldap.id_attribute",
			"correct the one that is wrong, or let the entry of ldap.bind_dn read that attribute",
		]);
	},
};
