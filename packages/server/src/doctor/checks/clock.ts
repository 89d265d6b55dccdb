import type { Check, Finding } from "../finding.ts";
import type { Question } from "../question.ts";
import type { Setup } from "../setup.ts";
import { publicKeys, publicVersions, synapseVersions } from "./questions.ts";

const tolerableMs = 30_000;

/** Who says what time it is, beside this machine. */
function clocks(setup: Setup): readonly (readonly [string, Question])[] {
	const { homeserver, publicBase } = setup;
	const accounts = [`the machine that answers ${publicBase}`, publicKeys(setup)] as const;
	if (homeserver === undefined) return [accounts];
	const beside = { ...setup, homeserver };
	return [
		accounts,
		[`Synapse at ${homeserver.synapse}`, synapseVersions(beside)],
		[`the machine that answers ${homeserver.publicBase}`, publicVersions(beside)],
	];
}

export const clock: Check = {
	id: "clock",
	promise: "all clocks agree",
	after: [],
	asks: (setup) => clocks(setup).map(([, question]) => question),
	judge({ setup, reply }) {
		return clocks(setup).flatMap(([who, question]): readonly Finding[] => {
			const answer = reply(question);
			if (!answer.ok) return [];
			const ahead = Date.parse(answer.headers.date ?? "") - answer.receivedAt;
			if (!(Math.abs(ahead) > tolerableMs)) return [];
			const seconds = Math.round(Math.abs(ahead) / 1_000);
			return [
				{
					verdict: "problem",
					what: `the clock of ${who}`,
					found: `it is ${seconds} seconds ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
					fix: "set both by the network (timedatectl set-ntp true): tokens and approvals last minutes",
				},
			];
		});
	},
};
