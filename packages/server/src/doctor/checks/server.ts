import type { Check } from "../finding.ts";
import { exchange, get, textOf } from "../question.ts";
import type { Setup } from "../setup.ts";
import { ownMetadata } from "./questions.ts";
import { setting } from "./words.ts";

const health = ({ own }: Setup) => get(own, "health");

export const server: Check = {
	id: "server",
	promise: "Countersign answers at the address it listens on",
	after: [],
	asks: (setup) => [health(setup)],
	judge({ setup, reply }) {
		const answer = reply(health(setup));
		if (answer.ok && answer.status === 200 && textOf(answer, "status") === "ok") return [];
		const fix = !answer.ok
			? `start Countersign ("npx countersign serve") and read what it complains of, or correct ${setting(setup, "host and port")}`
			: answer.status >= 500
				? "read Countersign's log: it runs and cannot work"
				: `another program has this port: choose another in ${setting(setup, "port")}`;
		return [
			{
				verdict: "problem",
				what: setting(setup, "host and port"),
				found: exchange(health(setup), answer),
				fix,
			},
		];
	},
};

export const runningSettings: Check = {
	id: "running-settings",
	promise: "the running server has the public address that the settings name",
	after: ["server"],
	asks: (setup) => [ownMetadata(setup)],
	judge({ setup, reply }) {
		const issuer = textOf(reply(ownMetadata(setup)), "issuer");
		if (issuer === setup.publicBase) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "public_base"),
				found: `the running server calls itself ${issuer ?? "nothing"}, the settings say ${setup.publicBase}`,
				fix: "restart Countersign with these settings, or give doctor the file that it runs with (--config FILE)",
			},
		];
	},
};
