import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { keptConnections } from "./kept-connections.ts";

/**
 * Takes every call of the authorization server as a homeserver does that has nothing against it, and notes devices.
 * For tests in which the homeserver makes no difference; where it does, there is a real one.
 */
export interface HomeserverStandIn {
	/** `http://127.0.0.1:<port>/`. */
	readonly base: string;
	readonly secret: string;
	/** Settable: answers nothing but 503 while true. */
	isDown: boolean;
	/** Settable: refuses everything with this status, and repeats all that it was sent as its words and as its error code. */
	repeats: number | undefined;
	/** Settable: the authorization server, whose metadata it hands on to apps. */
	authorizationServer: string;
	/** People whom it knows by itself, and whether it has closed their accounts. */
	readonly people: Map<string, { readonly isClosed: boolean }>;
	/** Devices there are, as `localpart/device id`, with the name they were given last. */
	readonly devices: ReadonlyMap<string, string | undefined>;
	/** Paths of the client API that it was asked for, in their order. */
	readonly asked: readonly string[];
	close(): Promise<void>;
}

export async function startHomeserverStandIn(): Promise<HomeserverStandIn> {
	const devices = new Map<string, string | undefined>();
	const people: HomeserverStandIn["people"] = new Map();
	const asked: string[] = [];
	const says: Pick<HomeserverStandIn, "isDown" | "repeats" | "authorizationServer"> = {
		...{ isDown: false, repeats: undefined, authorizationServer: "" },
	};
	const server = createServer(keptConnections, (request, response) => {
		const parts: Buffer[] = [];
		request.on("data", (part: Buffer) => parts.push(part));
		request.on("end", () => {
			const url = new URL(request.url ?? "/", "http://stand-in");
			if (url.pathname.endsWith("/auth_metadata")) return void handOn(says.authorizationServer, response);
			if (url.pathname.startsWith("/_matrix/client/")) asked.push(url.pathname);
			if (says.repeats !== undefined) {
				const sent = JSON.stringify([request.url, request.headers, Buffer.concat(parts).toString()]);
				response.writeHead(says.repeats, { "content-type": "application/json" });
				return void response.end(JSON.stringify({ errcode: sent, error: sent, [sent]: sent }));
			}
			const body = JSON.parse(Buffer.concat(parts).toString() || "{}") as Record<string, string>;
			const [status, answer] = says.isDown
				? down
				: (answerOfPeople(url, people) ?? answerOf(url.pathname.split("/").at(-1) ?? "", body, devices));
			const text = status === 204 ? "" : JSON.stringify(answer);
			response.writeHead(status, { "content-type": "application/json" }).end(text);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return Object.assign(says, {
		base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		secret: "a-secret-of-both-sides",
		...{ people, devices, asked },
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	});
}

async function handOn(authorizationServer: string, response: ServerResponse): Promise<void> {
	const metadata = await fetch(new URL(".well-known/openid-configuration", authorizationServer));
	response.writeHead(metadata.status, { "content-type": "application/json" }).end(await metadata.text());
}

const down = [503, { errcode: "M_UNKNOWN", error: "Not now" }] as const;

/** About whom it knows, where it is asked. */
function answerOfPeople(
	{ pathname, searchParams }: URL,
	people: HomeserverStandIn["people"],
): readonly [status: number, body: unknown] | undefined {
	const known = people.get(searchParams.get("localpart") ?? "");
	if (known === undefined) return undefined;
	if (pathname.endsWith("/query_user")) return [200, { is_deactivated: known.isClosed }];
	if (pathname.endsWith("/is_localpart_available"))
		return [400, { errcode: "M_USER_IN_USE", error: "User ID already taken." }];
	return undefined;
}

function answerOf(
	call: string,
	body: Readonly<Record<string, string>>,
	devices: Map<string, string | undefined>,
): readonly [status: number, body: unknown] {
	const device = `${body.localpart}/${body.device_id}`;
	switch (call) {
		case "upsert_device":
			devices.set(device, body.display_name ?? devices.get(device));
			return [201, {}];
		case "delete_device":
			devices.delete(device);
			return [204, {}];
		case "query_user":
			return [404, { errcode: "M_NOT_FOUND", error: "User not found" }];
		case "provision_user":
			return [201, {}];
		default:
			return [200, {}];
	}
}
