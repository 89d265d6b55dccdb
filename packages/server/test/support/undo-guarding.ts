import { asDeviceId } from "@countersign/protocol";
import { type Arrived, aliceId, type GuardingWorld, openGuardingWorld } from "./guarding-world.ts";
import { alice, client, otherClient } from "./session-world.ts";
import { createUndoBehind, pathOf, type UndoBehind } from "./undo-behind.ts";

/** The guard before a homeserver that keeps what apps take away, and two devices of Alice. */
export interface UndoGuarding extends GuardingWorld {
	/** Alice has nothing at the homeserver, nothing is held, and both devices are signed in anew. */
	afresh(): Promise<void>;
	readonly behind: () => UndoBehind;
	/** The access token of each. */
	readonly phone: () => string;
	readonly laptop: () => string;
	/** `line`: the method, and the path behind `/_matrix/client/`. */
	ask(token: string | undefined, line: string, more?: Partial<Sent>): Promise<Answered>;
	/** What has arrived at the homeserver since it was looked at last. */
	requests(): readonly Arrived[];
	/** The same in short: `GET room_keys/version`. */
	arrived(): readonly string[];
	openHold(): ReturnType<GuardingWorld["storage"]["read"]["holds"]["open"]>;
}

interface Sent {
	/** A text is sent as it is. Default: an empty object, where the method takes one. */
	readonly body: unknown;
	readonly headers: Readonly<Record<string, string>>;
}

interface Answered {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	readonly body: any;
	readonly headers: Headers;
}

export const backupPath = "v3/room_keys/version";
export const dehydratedPath = "unstable/org.matrix.msc3814.v1/dehydrated_device";
export const dataAt = (type: string, userId = aliceId) =>
	`v3/user/${encodeURIComponent(userId)}/account_data/${type}`;

export async function openUndoGuarding(): Promise<UndoGuarding> {
	const world = await openGuardingWorld();
	let behind = createUndoBehind();
	const tokens = { phone: "", laptop: "" };
	let seen = 0;
	const requests = () => {
		const all = world.homeserverBehind.arrived.slice(seen);
		seen += all.length;
		return all;
	};
	const signIn = async (deviceId: string, clientId: string) =>
		(await world.signIn({ deviceId: asDeviceId(deviceId), clientId })).accessToken;
	return {
		...world,
		async afresh() {
			for (const table of ["held_account_data", "holds", "security_events"])
				world.rows(`DELETE FROM ${table}`);
			behind = createUndoBehind();
			world.homeserverBehind.answers = behind.answer;
			tokens.phone = await signIn("PHONEPHONE", client);
			tokens.laptop = await signIn("LAPTOPLAPTOP", otherClient);
			requests();
		},
		behind: () => behind,
		phone: () => tokens.phone,
		laptop: () => tokens.laptop,
		ask: (token, line, sent) => send(world.port, token, { line, ...sent }),
		requests,
		arrived: () => requests().map(({ method, url }) => `${method} ${pathOf(url)}`),
		openHold: () => world.storage.read.holds.open(alice),
	};
}

async function send(
	port: number,
	token: string | undefined,
	{ line, body, headers }: Partial<Sent> & { readonly line: string },
): Promise<Answered> {
	const [method = "", path] = line.split(" ");
	const sent = body ?? (method === "POST" || method === "PUT" ? {} : undefined);
	const answer = await fetch(`http://127.0.0.1:${port}/_matrix/client/${path}`, {
		method,
		headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
		...(sent !== undefined && { body: typeof sent === "string" ? sent : JSON.stringify(sent) }),
	});
	const text = await answer.text();
	return {
		status: answer.status,
		body: text === "" ? undefined : JSON.parse(text),
		headers: answer.headers,
	};
}
