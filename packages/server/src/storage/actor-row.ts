import type { Actor, Operator } from "../audit/ports.ts";

/** Who did something, as two columns. */
export function actorColumns(actor: Actor) {
	return { actor: actor.kind, actor_detail: detailOf(actor) };
}

function detailOf(actor: Actor): string | null {
	switch (actor.kind) {
		case "app":
			return actor.clientId;
		case "operator":
		case "administrator":
		case "program":
			return actor.name;
		case "server":
			return actor.because;
		default:
			return null;
	}
}

export function isOperator(kind: string | null): kind is Operator["kind"] {
	return kind === "operator" || kind === "administrator" || kind === "program";
}

/** Undefined in rows of before there were actors, and in those that cannot be read. */
export function actorOf(kind: string | null, detail: string | null): Actor | undefined {
	switch (kind) {
		case "person":
		case "service":
		case "somebody":
			return { kind };
		case "app":
			return { kind, clientId: detail ?? "" };
		case "operator":
		case "administrator":
		case "program":
			return { kind, name: detail ?? "" };
		case "server":
			return detail === "expiry" || detail === "homeserver" || detail === "undo" || detail === "upstream"
				? { kind, because: detail }
				: undefined;
		default:
			return undefined;
	}
}
