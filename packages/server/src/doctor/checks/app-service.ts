import { besideSynapse, type Check } from "../finding.ts";
import { exchange, textOf } from "../question.ts";
import { whoamiAsPerson, whoamiOfService } from "./questions.ts";
import { setting } from "./words.ts";

const makeAgain =
	'"npx countersign config generate DIR ..." writes countersign-registration.yaml; name it in app_service_config_files of homeserver.yaml and restart Synapse';

export const appService: Check = besideSynapse({
	id: "app-service",
	promise: "Synapse knows Countersign as an application service",
	after: ["synapse", "delegation", "shared-secret", "synapse-endpoint"],
	asks: (setup) => [whoamiOfService(setup)],
	judge({ setup, reply }) {
		const answer = reply(whoamiOfService(setup));
		if (answer.ok && answer.status === 200) return [];
		return [
			{
				// Without the guard only the state of somebody's identity cannot be shown.
				verdict: setup.homeserver.guard ? "problem" : "warning",
				what: "app_service_config_files in Synapse's homeserver.yaml",
				found: `${exchange(whoamiOfService(setup), answer)}: Countersign's registration is missing there, or was made with another secret`,
				fix: makeAgain,
			},
		];
	},
});

export const serverName: Check = besideSynapse({
	id: "server-name",
	promise: "Countersign and Synapse have the same server name",
	after: ["app-service"],
	asks: (setup) => [whoamiOfService(setup)],
	judge({ setup, reply }) {
		const userId = textOf(reply(whoamiOfService(setup)), "user_id");
		const name = userId?.slice(userId.indexOf(":") + 1);
		if (name === undefined) return undefined;
		if (name === setup.serverName) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "server_name"),
				found: `Synapse is ${name}, Countersign is ${setup.serverName}`,
				fix: `write server_name: ${name}; the name is fixed at the first start, so begin with an empty data folder or database`,
			},
		];
	},
});

export const appServiceNamespace: Check = besideSynapse({
	id: "app-service-namespace",
	promise: "the application service may act for everybody on this server",
	after: ["app-service", "server-name"],
	asks: (setup) => [whoamiAsPerson(setup), whoamiOfService(setup)],
	judge({ setup, reply }) {
		const own = reply(whoamiOfService(setup));
		if (!own.ok || own.status !== 200) return undefined;
		const answer = reply(whoamiAsPerson(setup));
		// Somebody unknown is refused in other words than somebody out of bounds.
		const words = textOf(answer, "error") ?? "";
		if (answer.ok && answer.status < 500 && !/masquerade/i.test(words)) return [];
		return [
			{
				verdict: "problem",
				what: "namespaces in countersign-registration.yaml",
				found: `${exchange(whoamiAsPerson(setup), answer)}: it may not act for @countersign.doctor:${setup.serverName}`,
				fix: makeAgain,
			},
		];
	},
});
