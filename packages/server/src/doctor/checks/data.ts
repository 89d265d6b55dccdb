import { besideSynapse, type Check } from "../finding.ts";
import { setting } from "./words.ts";

export const database: Check = {
	id: "database",
	promise: "the data can be read",
	after: [],
	asks: () => [],
	judge({ setup, data }) {
		if (data.ok) return [];
		const what = setting(setup, "data or database");
		return [
			{ verdict: "problem", what, found: data.why, fix: "correct the setting, or start what it names" },
		];
	},
};

const lateMs = 5 * 60_000;

export const outbox: Check = besideSynapse({
	id: "outbox",
	promise: "Synapse has been told everything",
	after: ["database", "synapse", "shared-secret"],
	judge({ setup, data, now }) {
		const state = data.ok ? data.outbox : undefined;
		if (state === undefined) return undefined;
		const waited = now - (state.oldestAt ?? now);
		if (waited < lateMs) return [];
		const minutes = Math.floor(waited / 60_000);
		const error = state.lastError === undefined ? "" : `; the last answer: ${state.lastError}`;
		return [
			{
				verdict: "problem",
				what: `what Countersign has to tell ${setup.homeserver.synapse}`,
				found: `${state.waiting} waiting, the oldest for ${minutes} minutes${error}`,
				fix: "solve the problems above and read Countersign's log; it goes on by itself once Synapse takes it, and a device that was signed out may still be listed until then",
			},
		];
	},
});

export const outboxRefused: Check = besideSynapse({
	id: "outbox-refused",
	promise: "Synapse has refused nothing for good",
	after: ["database"],
	judge({ data }) {
		const state = data.ok ? data.outbox : undefined;
		if (state === undefined) return undefined;
		if (state.refused === 0) return [];
		return [
			{
				verdict: "warning",
				what: "what Countersign had to tell Synapse",
				found: `${state.refused} refused for good${state.lastError === undefined ? "" : `; the last answer: ${state.lastError}`}`,
				fix: "the log says whose and which; do it by hand with Synapse's admin API, or do again on the account pages what it came from",
			},
		];
	},
});

const namedAtMost = 5;

export const closedThere: Check = besideSynapse({
	id: "closed-there",
	promise: "whoever is open here is open at Synapse",
	after: ["database", "shared-secret"],
	judge({ data }) {
		const state = data.ok ? data.closedThere : undefined;
		if (state === undefined) return undefined;
		const { closed, asked, open } = state;
		if (closed.length === 0) return [];
		const names = closed.slice(0, namedAtMost).join(", ");
		const more = closed.length > namedAtMost ? " and more" : "";
		const among = asked < open ? ` of the first ${asked} of ${open}` : "";
		return [
			{
				verdict: "warning",
				what: "accounts that are open here",
				found: `${closed.length}${among} closed in Synapse: ${names}${more}`,
				fix: 'close them here too: "npx countersign users deactivate NAME --yes"; else each is closed here at its next sign-in, and its browsers stay signed in on this site until then',
			},
		];
	},
});

export const demandedFactors: Check = {
	id: "demanded-factors",
	promise: "whoever has to have a second factor has one",
	after: ["database"],
	asks: () => [],
	judge({ setup, data }) {
		const state = data.ok ? data.lackingFactor : undefined;
		if (state === undefined) return undefined;
		const { lacking, over } = state;
		if (lacking.length === 0) return [];
		const names = lacking.slice(0, namedAtMost).join(", ");
		const more = lacking.length > namedAtMost ? " and more" : "";
		return [
			{
				verdict: "warning",
				what: setting(setup, "second_factor.demanded_of"),
				found: `${lacking.length} lack one, ${over} of them with no time left: ${names}${more}`,
				fix: 'they are asked at their next sign-in or page, and whoever has no time left can do nothing there but add one; "npx countersign users list" says until when each has time',
			},
		];
	},
};

export const strayAdministrators: Check = {
	id: "stray-administrators",
	promise: "a service that made an administrator can make them none",
	after: ["database"],
	asks: () => [],
	judge({ setup, data }) {
		const stray = data.ok ? (data.strayAdministrators ?? []) : [];
		if (stray.length === 0) return [];
		const names = stray.slice(0, namedAtMost).map(({ localpart, service }) => `${localpart} by ${service}`);
		const more = stray.length > namedAtMost ? " and more" : "";
		return [
			{
				verdict: "warning",
				what: setting(setup, "upstream"),
				found: `${stray.length} administrators by services that are not set up, or have no admin_claims: ${names.join(", ")}${more}`,
				fix: '"npx countersign users demote NAME", or "users promote NAME" for whom you mean to be one',
			},
		];
	},
};
