import { appServiceTokens } from "../../packages/server/src/homeserver/synapse/index.ts";
import { uploadOf } from "../cases.ts";
import { type Connection, openConnection, type Wanted } from "../connection.ts";
import { registerPeople } from "../people.ts";
import type { Person } from "../person.ts";
import { masRequest } from "./mas-request.ts";
import type { Sizes } from "./sizes.ts";
import { compared, expectStatus, inTurn, p50, timed } from "./timing.ts";
import type { World } from "./world.ts";

/** The connections of a case: to Countersign and past it to Synapse. */
interface Lines {
	readonly guard: Connection;
	readonly straight: Connection;
}

interface GuardCase {
	readonly name: string;
	/** By which way the `number`-th upload goes, and how long it alone took. */
	upload(lines: Lines, way: keyof Lines, number: number): Promise<number>;
}

/** Uploads through the guard, in turn with the same straight to Synapse. */
export async function measureGuard(world: World, { approvers, each }: Sizes): Promise<string> {
	const people = await registerPeople(world.countersign.port, approvers, world.synapse.base);
	const fresh = await world.signIn(world.take(2 * approvers * each), "at Synapse");
	const times = approvers * each;
	const rows = [];
	for (const one of [repeated(people), pending(people), first(fresh), approved(people, world.secret)]) {
		const lines = await openLines(world);
		const before = world.countersign.cpuMicros();
		const pair = await inTurn(
			times,
			(number) => one.upload(lines, "guard", number),
			(number) => one.upload(lines, "straight", number),
		);
		const cpuMs = (world.countersign.cpuMicros() - before) / 1_000 / times;
		closeLines(lines);
		rows.push({ name: one.name, pair, cpuMs });
	}
	const query = await keysQuery(world, people, times);
	const processor = rows.map(({ name, cpuMs }) => `${name} ${cpuMs.toFixed(2)}`).join(", ");
	return [
		compared({ what: "upload", one: "guarded", other: "straight" }, rows),
		`${times} times each; keys/query alone takes Synapse ${p50(query).toFixed(1)} ms`,
		`processor of Countersign for each, ms: ${processor} (with asking and approving)\n`,
	].join("\n");
}

/** An app sends what is there already. */
function repeated(people: readonly Person[]): GuardCase {
	return {
		name: "nothing new",
		upload: (lines, way, number) => timed(lines[way], sent(personOf(people, number), "first"), 200),
	};
}

/** An app asks again while a person has yet to decide. */
function pending(people: readonly Person[]): GuardCase {
	const asked = new Set<Person>();
	return {
		name: "waits for approval",
		async upload(lines, way, number) {
			const person = personOf(people, number);
			const upload = sent(person, "pending");
			if (!asked.has(person)) expectStatus(await lines.guard.exchange(upload), 401);
			asked.add(person);
			return timed(lines[way], upload, 401);
		},
	};
}

/** Somebody's first identity. That the token is good, Synapse knows from before, as from an app that is in use. */
function first(fresh: readonly { readonly userId: string; readonly accessToken: string }[]): GuardCase {
	const waiting = [...fresh];
	return {
		name: "first identity",
		async upload(lines, way) {
			const owner = waiting.pop();
			if (owner === undefined) throw new Error("too few people are fresh");
			const headers = { ...forwardedFor, authorization: `Bearer ${owner.accessToken}` };
			const path = "/_matrix/client/v3/account/whoami";
			expectStatus(await lines.straight.exchange({ method: "GET", path, headers }), 200);
			return timed(lines[way], sent(owner, "first"), 200);
		},
	};
}

/** Another identity in the place of one that is there: approved for this upload, or let through for ten minutes. */
function approved(people: readonly Person[], secret: string): GuardCase {
	return {
		name: "approved",
		async upload(lines, way, number) {
			const person = personOf(people, number);
			const upload = sent(person, `${way} ${number}`);
			if (way === "guard") {
				await approve(lines.guard, person, upload);
			} else {
				const localpart = person.userId.slice(1, person.userId.indexOf(":"));
				const open = masRequest(secret, "allow_cross_signing_reset", { localpart });
				expectStatus(await lines.straight.exchange(open), 200);
			}
			return timed(lines[way], upload, 200);
		},
	};
}

async function approve({ exchange }: Connection, { cookie }: Person, upload: Wanted): Promise<void> {
	const asked = expectStatus(await exchange(upload), 401);
	const path = /"url":"https?:\/\/[^/]+([^"?]+)/.exec(asked.body)?.[1] ?? "";
	const page = expectStatus(await exchange({ method: "GET", path, headers: { cookie } }), 200);
	const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
	const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
	const body = `${new URLSearchParams({ csrf, decision: "approve" })}`;
	expectStatus(await exchange({ method: "POST", path, headers, body }), 303);
}

/** What Synapse takes to tell the application service somebody's keys. */
async function keysQuery(
	{ synapse, secret }: World,
	people: readonly Person[],
	times: number,
): Promise<readonly number[]> {
	const line = await openConnection(synapse.port);
	const { asToken } = appServiceTokens(secret);
	const headers = { ...forwardedFor, authorization: `Bearer ${asToken}`, "content-type": "application/json" };
	const took: number[] = [];
	for (let number = 0; number < times; number++) {
		const { userId } = personOf(people, number);
		const path = `/_matrix/client/v3/keys/query?user_id=${encodeURIComponent(userId)}`;
		const body = JSON.stringify({ device_keys: { [userId]: [] } });
		took.push(await timed(line, { method: "POST", path, headers, body }, 200));
	}
	line.close();
	return took;
}

/** As a proxy in front adds it. */
const forwardedFor = { "x-forwarded-for": "127.0.0.1" };

function sent(of: Pick<Person, "userId" | "accessToken">, name: string): Wanted {
	const upload = uploadOf(of, name);
	return { ...upload, headers: { ...upload.headers, ...forwardedFor } };
}

function personOf(people: readonly Person[], number: number): Person {
	const person = people[number % people.length];
	if (person === undefined) throw new Error("nobody was registered");
	return person;
}

async function openLines({ countersign, synapse }: World): Promise<Lines> {
	return {
		guard: await openConnection(countersign.port),
		straight: await openConnection(synapse.port),
	};
}

function closeLines({ guard, straight }: Lines): void {
	guard.close();
	straight.close();
}
