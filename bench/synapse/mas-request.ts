import type { Wanted } from "../connection.ts";

/** A call of Synapse's interface for its authentication service, to be sent without Countersign. */
export function masRequest(secret: string, name: string, body: Readonly<Record<string, unknown>>): Wanted {
	return {
		method: "POST",
		path: `/_synapse/mas/${name}`,
		headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
		body: JSON.stringify(body),
	};
}
