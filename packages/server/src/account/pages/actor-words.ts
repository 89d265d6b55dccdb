import type { LoggedEvent } from "../../audit/index.ts";
import { safeText } from "../../http/index.ts";
import { type Html, tell } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";

const because = {
	expiry: say("log.by-expiry"),
	homeserver: say("log.by-homeserver"),
	undo: say("log.by-undo"),
	upstream: say("log.by-upstream"),
} as const;

/** Who did it, as the person reads it. Undefined where nobody wrote it down. */
export function actorWords({
	actor,
	appName,
}: Pick<LoggedEvent, "actor" | "appName">): Html | Text | undefined {
	switch (actor?.kind) {
		case undefined:
			return undefined;
		case "person":
			return say("log.by-person");
		case "app":
			return appName === undefined
				? say("log.by-some-app")
				: tell("log.by-app", { name: quoted(safeText(appName, 60)) });
		case "operator":
			return tell("log.by-operator", { name: claimed(safeText(actor.name, 64)) });
		case "administrator":
			return tell("log.by-administrator", { name: claimed(safeText(actor.name, 255)) });
		case "program":
			return tell("log.by-program", { name: claimed(safeText(actor.name, 120)) });
		case "service":
			return say("log.by-service");
		case "somebody":
			return say("log.by-somebody");
		case "server":
			return because[actor.because];
	}
}
