import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registrationFile } from "../../src/homeserver/synapse/index.ts";
import { type Between, startBetween } from "./between.ts";
import { type ChildServer, startChild } from "./child-server.ts";
import { identityOf } from "./device-crypto.ts";
import { createFormBrowser } from "./form-browser.ts";
import { guardedPath, identityAt, secret } from "./guard-world.ts";
import { lastingPort } from "./lasting-port.ts";
import { type Answer, approve, call, type LoggedInDevice, loginDevice, password } from "./server.ts";
import { changeData, type Place, tableRows } from "./storage.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

/** The server in a process of its own, to be killed, before a real Synapse; and Alice with the identity "first". */
export interface ChildGuardWorld {
	/** Of the server, with a trailing slash. */
	readonly own: string;
	readonly synapse: RunningSynapse;
	readonly place: Place;
	/** Between the server and Synapse. */
	readonly toSynapse: Between;
	kill(): Promise<void>;
	start(): Promise<void>;
	upload(device: LoggedInDevice, identity: string): Promise<Answer>;
	/** A fresh device asks for this identity, and Alice approves it. */
	askAndApprove(identity: string): Promise<{ readonly device: LoggedInDevice; readonly reference: string }>;
	identityNow(names: readonly string[]): Promise<string | undefined>;
	stateOf(reference: string): Promise<unknown>;
	/** Kinds of the lines of the security log about this request, sorted. */
	eventsAbout(reference: string): Promise<readonly string[]>;
	/** As if a minute had passed: whoever held an approved upload holds it no longer. */
	endLeases(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** @param extraConfig of Synapse */
export async function openChildGuardWorld(
	extraConfig: Readonly<Record<string, unknown>> = {},
): Promise<ChildGuardWorld> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-guard-kills-"));
	const [port, synapsePort] = [await lastingPort(), await lastingPort()];
	const [own, synapseBase] = [`http://localhost:${port}/`, `http://127.0.0.1:${synapsePort}/`];
	const toSynapse = await startBetween(() => synapseBase);
	const settings = {
		...{ DATA: join(folder, "data"), PORT: String(port), PUBLIC_BASE: own, SERVER_NAME: "localhost" },
		...{ HOMESERVER_SYNAPSE: toSynapse.url, HOMESERVER_SECRET: secret, HOMESERVER_PUBLIC_BASE: synapseBase },
		...{ OPEN_REGISTRATION: "yes", LOG_LEVEL: "error" },
	};
	let child: ChildServer = await startChild(settings);
	const registration = join(folder, "registration.yaml");
	await writeFile(registration, registrationFile({ serverName: "localhost", secret }));
	const synapse = await startSynapse({
		...{ masEndpoint: own, secret, port: synapsePort, registration: { path: registration } },
		extraConfig,
	});
	const alice = createFormBrowser(own);
	const form = await alice.open("/register");
	const registered = await alice.press(form, "Create account", { username: "alice", password });
	assert.equal(registered.url.pathname, "/account/", registered.text);
	const userId = "@alice:localhost";
	const place = { dataDirectory: settings.DATA, database: undefined };
	const login = () => loginDevice(own, { localpart: "alice", browser: alice, homeserver: synapseBase });
	const upload: ChildGuardWorld["upload"] = (device, identity) =>
		call(own, device.accessToken, {
			...{ method: "POST", path: guardedPath, body: identityOf(userId, identity).body },
		});
	const kill = async () => {
		child.signal("SIGKILL");
		await child.ended;
	};
	assert.equal((await upload(await login(), "first")).status, 200);
	return {
		...{ own, synapse, place, toSynapse, upload, kill },
		async start() {
			child = await startChild(settings);
		},
		async askAndApprove(identity) {
			const device = await login();
			const { status, body } = await upload(device, identity);
			assert.equal(status, 401, JSON.stringify(body));
			const url = new URL(body.params["m.oauth"].url);
			assert.equal((await approve(alice, url.href, "alice")).status, 200);
			return { device, reference: url.pathname.split("/").at(-1) ?? "" };
		},
		identityNow: (names) => identityAt(synapse, userId, names),
		async stateOf(reference) {
			const rows = await tableRows(place, "reset_requests");
			return rows.find((row) => row.reference === reference)?.state;
		},
		async eventsAbout(reference) {
			const events = await tableRows(place, "security_events");
			const about = events.filter(({ detail }) => String(detail).includes(reference));
			return about.map(({ kind }) => String(kind)).sort();
		},
		endLeases: () => changeData(place, "UPDATE reset_requests SET lease_until = 0"),
		async [Symbol.asyncDispose]() {
			await kill();
			await synapse[Symbol.asyncDispose]();
			await toSynapse[Symbol.asyncDispose]();
			await rm(folder, { recursive: true });
		},
	};
}
